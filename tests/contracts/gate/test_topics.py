"""What may change of a topic, one thing at a time."""

import json
from typing import Any

import pytest

from gate import layout
from gate.topics import judge_topics
from gate.verdicts import Order, order_of
from tests.contracts.gate.patches import Patch, drop, patched, put
from tests.contracts.gate.repository import LOG, TOPICS, VIEWS

pytestmark = pytest.mark.contract

NEW_TOPIC = {**TOPICS[VIEWS], "messages": []}
PASSES, REFUSED = False, True

CASES = [
    ("topic added", PASSES, Order.ANY, put("/notes.v1", NEW_TOPIC)),
    ("topic removed", REFUSED, Order.NONE, drop(f"/{VIEWS}")),
    ("key changed", REFUSED, Order.NONE, put(f"/{VIEWS}/key", "ticket id:version")),
    ("partitioner changed", REFUSED, Order.NONE, put(f"/{VIEWS}/layout", "murmur2 of the key")),
    ("more partitions", REFUSED, Order.NONE, put(f"/{VIEWS}/partitions", 24)),
    ("another owner", REFUSED, Order.NONE, put(f"/{VIEWS}/owner", "query-service")),
    ("the log compacted", REFUSED, Order.NONE, put(f"/{LOG}/cleanup", "compact")),
    ("the log no longer kept for ever", REFUSED, Order.CONSUMERS, put(f"/{LOG}/retention_ms", 86_400_000)),
    ("retention of its own", PASSES, Order.ANY, put(f"/{LOG}/retention_ms", -1)),
    ("smaller messages", REFUSED, Order.PRODUCERS, put(f"/{VIEWS}/max_message_bytes", 500)),
    ("larger messages", PASSES, Order.ANY, put(f"/{VIEWS}/max_message_bytes", 2000)),
    ("frozen owners let in", REFUSED, Order.NONE, put(f"/{VIEWS}/timestamp_before_max_ms", 60_000)),
    ("clocks that are ahead let in", REFUSED, Order.NONE, put(f"/{VIEWS}/timestamp_after_max_ms", 60_000)),
    ("clocks that are ahead kept out", PASSES, Order.ANY, put(f"/{VIEWS}/timestamp_after_max_ms", 1_000)),
    ("clocks that are ahead kept out at first", PASSES, Order.ANY, put(f"/{LOG}/timestamp_after_max_ms", 5_000)),
    ("smaller segments", PASSES, Order.ANY, put(f"/{VIEWS}/segment_bytes", 1_048_576)),
    ("a property that the gate does not know", REFUSED, Order.NONE, put(f"/{VIEWS}/timestamp_type", "LogAppendTime")),
    ("a new type on the log", PASSES, Order.CONSUMERS, put(f"/{LOG}/types/-", "Closed.v1")),
    ("a type taken off the log", REFUSED, Order.NONE, put(f"/{LOG}/types", [])),
    ("a document that readers do not know", REFUSED, Order.CONSUMERS, put(f"/{VIEWS}/messages/-", "Erased.json")),
    ("a document no longer on a topic", REFUSED, Order.PRODUCERS, put(f"/{VIEWS}/messages", [])),
    ("a topic written anew", PASSES, Order.ANY, put(f"/{VIEWS}/rewrite", 2)),
    ("two rewrites at once", REFUSED, Order.NONE, put(f"/{VIEWS}/rewrite", 3)),
    ("the log written anew", REFUSED, Order.NONE, put(f"/{LOG}/rewrite", 2)),
]


def files(topics: dict[str, Any]) -> dict[str, str]:
    return {layout.TOPICS: json.dumps(topics)}


@pytest.mark.parametrize(("refused", "order", "patch"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_the_verdict_is_right(refused: bool, order: Order, patch: Patch) -> None:
    findings = list(judge_topics(files(TOPICS), files(patched(TOPICS, (patch,)))))
    assert any(finding.refused for finding in findings) is refused
    assert order_of(findings) == order
    assert all(finding.instead for finding in findings if finding.refused)


def test_a_renamed_topic_is_called_that() -> None:
    after = {"overviews.v1" if name == VIEWS else name: topic for name, topic in TOPICS.items()}
    gone, come = judge_topics(files(TOPICS), files(after))
    assert (gone.contract, gone.what, gone.refused) == (VIEWS, "renamed to overviews.v1", True)
    assert (come.contract, come.refused) == ("overviews.v1", False)


def test_a_rewrite_lets_documents_come_and_go() -> None:
    patches = (put(f"/{VIEWS}/rewrite", 2), put(f"/{VIEWS}/messages/-", "Erased.json"))
    findings = list(judge_topics(files(TOPICS), files(patched(TOPICS, patches))))
    assert not any(finding.refused for finding in findings)
    assert order_of(findings) == Order.CONSUMERS

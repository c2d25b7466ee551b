"""A pact asks for every field that its consumer's code reads: what is not asked for, nobody would keep."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.traffic import traffic

pytestmark = pytest.mark.contract

PACTS = Path(__file__).parents[2] / "pacts"
RECEIVED = [(each.service, topic) for each in traffic() for topic in each.receives]


def names_in(node: Any) -> Iterator[str]:
    """Yield the names of all members at any depth."""
    if isinstance(node, dict):
        yield from node
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for value in values:
        yield from names_in(value)


def asked_for() -> dict[tuple[str, str], set[str]]:
    """Return by consumer and topic the names of all members that its pacts, with whatever provider, ask for."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for path in PACTS.glob("*--*--tickets.*.json"):
        pact = json.loads(path.read_text("utf-8"))
        topic = path.stem.rpartition("--")[2]
        for need in pact["interactions"]:
            found[pact["consumer"]["name"], topic].update(names_in(need["contents"]["content"]))
    return found


@pytest.mark.parametrize(("consumer", "topic"), RECEIVED)
def test_what_the_code_reads_is_asked_for(consumer: str, topic: str) -> None:
    parts = next(each for each in traffic() if each.service == consumer).receives[topic]
    read = {f"{part.model.__name__}.{field}" for part in parts for field in part.fields}
    unasked = sorted(name for name in read if name.partition(".")[2] not in asked_for()[consumer, topic])
    assert unasked == [], f"{consumer} reads fields of {topic} that none of its pacts asks for"


def test_no_pact_is_about_a_topic_that_its_consumer_does_not_read() -> None:
    assert sorted(asked_for()) == sorted(RECEIVED)

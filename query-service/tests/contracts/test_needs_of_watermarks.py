"""What the query service needs of tickets.watermarks.v1: how far the log follows the store, which is what lag is."""

from typing import Any

import pytest

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.words import A_NUMBER, A_TIME, PARTITION
from ticket_contracts.model import parse_time

pytestmark = pytest.mark.contract

WATERMARKS: Contract[MessageNeed] = Contract(
    "query-service",
    "command-service",
    "tickets.watermarks.v1",
    (
        MessageNeed(
            "the watermark of a partition",
            State("the relay says how far it is", {"partition": PARTITION}),
            {"partition": int(PARTITION), "published": A_NUMBER, "stored_until": A_TIME, "at": A_TIME},
            PARTITION,
            PARTITION,
        ),
    ),
)


async def test_a_watermark_tells_how_far_the_store_is(take: Any, in_memory: Any) -> None:
    await take(example(WATERMARKS, WATERMARKS.needs[0]))
    progress = (await in_memory.progress_log.load())[int(PARTITION)]
    assert (progress.published, progress.heard_until) == (1, parse_time("2024-05-01T12:00:00Z"))


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(WATERMARKS)

"""What the query service needs of tickets.generations.v1: which generation of the read topics it is to read."""

import pytest

from query_service.adapters.kafka_notices import GenerationNotices
from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.words import A_FLAG, A_TIME

pytestmark = pytest.mark.contract


def notice(state: str, generation: int) -> MessageNeed:
    """Return the need of a notice."""
    body = {"generation": generation, "state": state, "same_log": A_FLAG, "at": A_TIME}
    given = State(f"a generation is {state}", {"generation": str(generation)})
    return MessageNeed(f"the notice that a generation is {state}", given, body, str(generation), "0")


GENERATIONS: Contract[MessageNeed] = Contract(
    "query-service",
    "projector-service",
    "tickets.generations.v1",
    (notice("serving", 3), notice("retired", 2)),
)


def test_the_highest_that_serves_is_read() -> None:
    heard = GenerationNotices("t", lambda: None)
    for need in GENERATIONS.needs:
        heard.hear(example(GENERATIONS, need).value)
    assert heard.highest() == 3
    assert heard.same_log(1, 3)


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(GENERATIONS)

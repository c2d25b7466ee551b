"""What the query service needs of tickets.timeline.v1. What is in `data` it passes on as it is."""

from typing import Any

import httpx2
import pytest

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.words import A_TEXT, A_TIME, AN_ID, AN_OBJECT, PARTITION, TICKET

pytestmark = pytest.mark.contract


def entry(name: str, state: str, version: int, visibility: str) -> MessageNeed:
    """Return the need of a ticket's entry."""
    body = {
        "ticket_id": TICKET,
        "event_id": AN_ID,
        "version": version,
        "type": A_TEXT,
        "occurred_at": A_TIME,
        "recorded_at": A_TIME,
        "visibility": visibility,
        "data": AN_OBJECT,
    }
    return MessageNeed(name, State(state, {"ticket_id": TICKET}), body, f"{TICKET}:{version}", PARTITION)


TIMELINE: Contract[MessageNeed] = Contract(
    "query-service",
    "projector-service",
    "tickets.timeline.v1",
    (
        entry("the entry of a ticket's creation", "a ticket is new", 1, "public"),
        entry("the entry of an agent's note", "an agent left a note", 2, "internal"),
        entry("the entry of a version that was given up", "a version was given up", 2, "internal"),
    ),
)

SHOWN = {"version", "type", "occurred_at", "recorded_at", "visibility", "data"}


@pytest.mark.parametrize("need", TIMELINE.needs, ids=str)
async def test_an_entry_is_shown_whole(need: MessageNeed, take: Any, client: httpx2.AsyncClient) -> None:
    await take(example(TIMELINE, need))
    (shown,) = (await client.get(f"/tickets/{TICKET}/timeline")).json()
    assert shown.keys() == SHOWN
    assert (shown["version"], shown["visibility"]) == (need.body["version"], need.body["visibility"])


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(TIMELINE)

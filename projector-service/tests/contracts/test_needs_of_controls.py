"""What the projector needs of the messages that its own operators' command line, of whatever version, writes."""

import json
from typing import Any

import pytest

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.events import CLOUD_EVENT
from tests.support.pacts.words import A_TEXT, A_TIME, AN_ID, PARTITION, TICKET
from tests.support.projector import created, envelope
from tests.support.projector_in_memory import ProjectorInMemory
from ticket_contracts.envelope import Envelope
from ticket_contracts.topics import VIEWS

pytestmark = pytest.mark.contract


def control(kind: str, state: str, data: dict[str, Any]) -> MessageNeed:
    """Return the need of an operators' message about the ticket."""
    body = {
        "specversion": "1.0",
        "id": AN_ID,
        "type": f"tickets.control.{kind}.v1",
        "subject": TICKET,
        "time": A_TIME,
        "recordedtime": A_TIME,
        "data": data,
    }
    return MessageNeed(state, State(state, {"ticket_id": TICKET}), body, TICKET, PARTITION, content_type=CLOUD_EVENT)


CONTROLS: Contract[MessageNeed] = Contract(
    "projector-service",
    "projector-service",
    "tickets.events.v1",
    (
        control("redrive", "an operator lets a ticket be tried again", {"operator": A_TEXT}),
        control("drop", "an operator gives a message up", {"operator": A_TEXT, "reason": A_TEXT, "offset": 1}),
        control("drop", "an operator gives a version up", {"operator": A_TEXT, "reason": A_TEXT, "version": 2}),
    ),
)

UNHEARD = envelope(TICKET, 2, "Unheard")
TOO_SOON = envelope(TICKET, 3, "TicketClosed")

BECOMES: dict[str, tuple[Envelope, tuple[int, bool]]] = {
    "an operator lets a ticket be tried again": (UNHEARD, (1, True)),
    "an operator gives a message up": (UNHEARD, (1, False)),
    "an operator gives a version up": (TOO_SOON, (3, False)),
}
"""What parks the ticket, and what becomes of it: its version, and whether it still waits."""


@pytest.mark.parametrize("need", CONTROLS.needs, ids=str)
async def test_what_operators_ask_for_is_done(need: MessageNeed) -> None:
    waiting, becomes = BECOMES[need.name]
    projector = ProjectorInMemory()
    await projector.take_events(created(TICKET), waiting)
    await projector.take([example(CONTROLS, need)])
    view = json.loads(projector.published.last(VIEWS.name).value)
    assert (view["version"], view["stale"] is not None) == becomes
    assert view["offset"] == 2


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(CONTROLS)

"""What the query service needs of tickets.views.v1: all that lists and details show, and what guards and waits go by.

`event_id` and `first_resolved_at` are shown nowhere; the shared model asks for them, so a view without them would be
quarantined.
"""

from typing import Any

import httpx2
import pytest
from pact import match

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.stands import STANDS
from tests.support.pacts.words import (
    A_CHANNEL,
    A_NUMBER,
    A_PRIORITY,
    A_TEXT,
    A_TIME,
    AN_ID,
    AN_OBJECT,
    PARTITION,
    TICKET,
)

pytestmark = pytest.mark.contract

ENTRY = {
    "version": A_NUMBER,
    "type": match.string("TicketCreated"),
    "occurred_at": A_TIME,
    "recorded_at": A_TIME,
    "visibility": match.regex("public", regex="^(public|internal)$"),
    "data": AN_OBJECT,
}
NEW: dict[str, Any] = {
    "kind": "view",
    "id": TICKET,
    "external_id": None,
    "subject": A_TEXT,
    "preview": A_TEXT,
    "message": A_TEXT,
    "status": "open",
    "waiting_reason": None,
    "priority": A_PRIORITY,
    "channel": A_CHANNEL,
    "group": None,
    "assignee": None,
    "customer_id": A_TEXT,
    "tags": [],
    "resolution": None,
    "has_note": False,
    "note_count": 0,
    "reply_count": 0,
    "reopen_count": 0,
    "awaiting": "us",
    "created_at": A_TIME,
    "updated_at": A_TIME,
    "resolved_at": None,
    "closed_at": None,
    "first_resolved_at": None,
    "recent": match.each_like(ENTRY, min=1),
    "version": 1,
    "partition": int(PARTITION),
    "offset": match.integer(0),
    "event_id": AN_ID,
    "stale": None,
}
"""A ticket that nothing has happened to."""

STALE = {"since": A_TIME, "reason": A_TEXT}

LATER: dict[str, dict[str, Any]] = {
    "resolved": {"resolved_at": A_TIME, "first_resolved_at": A_TIME},
    "closed": {"closed_at": A_TIME},
}


def view(name: str, state: str, parameters: dict[str, str] | None = None, **other: Any) -> MessageNeed:
    """Return a need like a new ticket's, but for what is other."""
    body = NEW | other
    return MessageNeed(name, State(state, {"ticket_id": TICKET} | (parameters or {})), body, TICKET, PARTITION)


def standing(stand: dict[str, str]) -> MessageNeed:
    """Return the need of a ticket's view where the work has come to a status."""
    version = 1 if stand["status"] == "open" else 2
    wanted = {"version": version, **LATER.get(stand["status"], {}), **stand}
    return view(f"the view of a ticket: {', '.join(stand.values())}", "a ticket stands so", stand, **wanted)


VIEWS: Contract[MessageNeed] = Contract(
    "query-service",
    "projector-service",
    "tickets.views.v1",
    (
        view("the view of a new ticket", "a ticket is new"),
        view(
            "the view of a ticket that has everything",
            "a ticket has everything",
            external_id=A_TEXT,
            status="resolved",
            group=A_TEXT,
            assignee=A_TEXT,
            tags=match.each_like("vpn", min=1),
            resolution=A_TEXT,
            has_note=True,
            note_count=A_NUMBER,
            reply_count=A_NUMBER,
            reopen_count=A_NUMBER,
            awaiting="customer",
            resolved_at=A_TIME,
            first_resolved_at=A_TIME,
            version=match.integer(8),
        ),
        *(standing(stand) for stand in STANDS),
        view("the view of a parked ticket", "a ticket is parked", stale=STALE),
        MessageNeed(
            "a ticket that was parked before its first event",
            State("a ticket is parked before its first event", {"ticket_id": TICKET}),
            {
                "kind": "parked",
                "id": TICKET,
                "version": 0,
                "partition": int(PARTITION),
                "offset": match.integer(0),
                "stale": STALE,
            },
            TICKET,
            PARTITION,
        ),
    ),
)

SHOWN = sorted(NEW.keys() - {"kind", "first_resolved_at", "partition", "offset", "event_id", "stale"})


@pytest.mark.parametrize("need", [need for need in VIEWS.needs if "parked" not in need.name], ids=str)
async def test_a_view_is_shown_whole(need: MessageNeed, take: Any, client: httpx2.AsyncClient) -> None:
    await take(example(VIEWS, need))
    answer = await client.get(f"/tickets/{TICKET}")
    assert answer.status_code == 200
    assert sorted(answer.json()) == SHOWN


async def test_a_parked_ticket_says_so(take: Any, client: httpx2.AsyncClient) -> None:
    await take(example(VIEWS, VIEWS.need("the view of a parked ticket")))
    assert (await client.get(f"/tickets/{TICKET}")).json()["stale"]["reason"] == "some text"


async def test_a_ticket_parked_before_its_first_event_is_not_waited_for(take: Any, client: httpx2.AsyncClient) -> None:
    await take(example(VIEWS, VIEWS.need("a ticket that was parked before its first event")))
    answer = await client.get("/tickets", headers={"consistency-token": f"{TICKET}:1"})
    assert (answer.status_code, answer.json()["code"]) == (503, "ticket-parked")


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(VIEWS)

"""What the projector needs of tickets.events.v1: the fields that it folds, of every event in its newest version.

Older versions are on the log for ever and come from no producer any more: the golden samples stand for them.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from pact import match

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed
from tests.support.pacts.events import A_SEALED_TEXT, KEY, KID, event
from tests.support.pacts.words import A_TEXT, TICKET
from tests.support.projector import created, envelope
from tests.support.projector_in_memory import ProjectorInMemory
from ticket_contracts.topics import TIMELINE, VIEWS

pytestmark = pytest.mark.contract

CHANNELS = ("web", "email", "phone", "chat", "self_service", "direct", "ivr")
PRIORITIES = ("low", "normal", "high", "urgent")
MOVES: tuple[dict[str, str], ...] = (
    {"status": "triaged"},
    {"status": "in_progress"},
    *({"status": "waiting", "waiting_reason": reason} for reason in ("user_info", "problem", "vendor", "evidence")),
)

NEW: dict[str, Any] = {
    "customer": {"id": A_TEXT},
    "external_id": None,
    "subject": A_SEALED_TEXT,
    "message": A_SEALED_TEXT,
    "channel": "web",
    "priority": "normal",
    "tags": [],
}
WHOLE = {"external_id": A_TEXT, "channel": "phone", "priority": "urgent", "tags": match.each_like("vpn", min=1)}


def creations() -> Iterator[MessageNeed]:
    """Yield the need of every TicketCreated."""
    name, state = "TicketCreated.v2", "a ticket was created"
    yield event(name, "with everything", 1, "a ticket was created with everything", NEW | WHOLE)
    for field, words in (("channel", CHANNELS), ("priority", PRIORITIES)):
        for word in words:
            yield event(name, f"{field} {word}", 1, state, NEW | {field: word}, chosen={field: word})


def moves() -> Iterator[MessageNeed]:
    """Yield the need of every TicketStatusChanged and TicketPriorityChanged."""
    name = "TicketStatusChanged.v1"
    for move in MOVES:
        what = "to " + " for ".join(move.values())
        yield event(name, what, 2, "work moved on", {"waiting_reason": None, **move}, chosen=move)
    yield event(name, "to open", 3, "work moved back", {"status": "open", "waiting_reason": None})
    name = "TicketPriorityChanged.v1"
    for word in ("low", "high", "urgent"):
        data = {"priority": word}
        yield event(name, f"to {word}", 2, "a priority was changed", data, chosen=data)
    yield event(name, "to normal", 3, "a priority was changed back", {"priority": "normal"})


def others() -> Iterator[MessageNeed]:
    """Yield the need of every other event."""
    somebody, nobody = {"group": A_TEXT, "assignee": A_TEXT}, {"group": None, "assignee": None}
    yield event("TicketAssigned.v1", "to somebody", 2, "a ticket was assigned", somebody)
    yield event("TicketAssigned.v1", "to nobody", 3, "a ticket was taken from all", nobody)
    yield event("AgentNoteAdded.v1", "", 2, "an agent left a note", {"note": A_SEALED_TEXT})
    for word in ("customer", "agent"):
        said = {"author": word, "message": A_SEALED_TEXT}
        yield event("ReplyAdded.v1", f"by the {word}", 2, "somebody replied", said, chosen={"author": word})
    yield event("TicketTagsChanged.v1", "", 2, "tags were changed", {"added": ["vpn"], "removed": ["paper"]})
    yield event("TicketResolved.v1", "", 2, "a ticket was resolved", {"resolution": A_SEALED_TEXT})
    yield event("TicketResolved.v1", "tacitly", 2, "a ticket was resolved without a word", {"resolution": None})
    yield event("TicketReopened.v1", "", 3, "a ticket was reopened", {"reason": A_SEALED_TEXT})
    yield event("TicketClosed.v1", "", 2, "a ticket was closed", {})


EVENTS: Contract[MessageNeed] = Contract(
    "projector-service", "command-service", "tickets.events.v1", (*creations(), *moves(), *others())
)


@pytest.mark.parametrize("need", EVENTS.needs, ids=str)
async def test_an_event_is_folded(need: MessageNeed) -> None:
    projector = ProjectorInMemory()
    projector.keys.take(a_key())
    version = int(need.body["ticketversion"])
    before = [created(TICKET), envelope(TICKET, 2, "TicketResolved")]
    await projector.take_events(*before[: version - 1])
    await projector.take([example(EVENTS, need)])
    view = json.loads(projector.published.last(VIEWS.name).value)
    assert (view["version"], view["stale"]) == (version, None)
    shown = json.loads(projector.published.last(TIMELINE.name).value)["data"]
    texts = {name for name, value in need.body["data"].items() if value is A_SEALED_TEXT}
    assert {name: shown[name] for name in texts} == dict.fromkeys(texts, "some text")


def a_key() -> bytes:
    """Return the record that opens the examples' texts."""
    key = {"kid": KID, "version": 1, "key": b64encode(KEY).decode(), "created_at": "2024-05-01T12:00:00Z"}
    return json.dumps(key).encode()


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(EVENTS)

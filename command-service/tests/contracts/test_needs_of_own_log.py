"""What this service needs of its own log when it restores its store: what another version of it has published.

Beyond what a reader of events needs: who wrote it, from which store, and which command it answers.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest
from pact import match

from command_service.domain.ticket import Ticket, evolve
from command_service.recovery.judgement import judge, store_of
from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.events import A_SEALED_TEXT, KEY, KID, event
from tests.support.pacts.records import Record
from tests.support.pacts.words import A_PRIORITY, A_TEXT, A_TIME, PARTITION, TICKET, UUID
from ticket_contracts.fields import Priority, Status
from ticket_contracts.text import TextKey

pytestmark = pytest.mark.contract

STORE = "018f0000-0000-7000-8000-0000000000cc"
HEADERS = {
    "store": match.regex(STORE, regex=UUID),
    "idempotency-key": match.regex("k-1", regex="^.+$"),
    "fingerprint": match.regex("AAAA", regex="^.+$"),
}
A_KID = match.regex(KID, regex=UUID)


def logged(name: str, version: int, state: str, data: dict[str, Any], **chosen: str) -> MessageNeed:
    """Return the need of an event as the relay publishes it."""
    return event(name, "", version, state, data, chosen=chosen, headers=HEADERS)


CREATED = {
    "customer": {"id": A_TEXT, "contact": A_SEALED_TEXT},
    "external_id": A_TEXT,
    "subject": A_SEALED_TEXT,
    "message": A_SEALED_TEXT,
    "channel": "phone",
    "priority": "urgent",
    "tags": match.each_like("vpn", min=1),
}

OWN_LOG: Contract[MessageNeed] = Contract(
    "command-service",
    "command-service",
    "tickets.events.v1",
    (
        logged("TicketCreated.v2", 1, "a ticket was created with everything", CREATED),
        logged(
            "TicketStatusChanged.v1",
            2,
            "work moved on",
            {"status": "waiting", "waiting_reason": "vendor"},
            status="waiting",
            waiting_reason="vendor",
        ),
        logged("TicketAssigned.v1", 2, "a ticket was assigned", {"group": A_TEXT, "assignee": A_TEXT}),
        logged("TicketPriorityChanged.v1", 2, "a priority was changed", {"priority": A_PRIORITY}, priority="high"),
        logged("AgentNoteAdded.v1", 2, "an agent left a note", {"note": A_SEALED_TEXT}),
        logged(
            "ReplyAdded.v1",
            2,
            "somebody replied",
            {"author": match.regex("agent", regex="^(agent|customer)$"), "message": A_SEALED_TEXT},
            author="agent",
        ),
        logged("TicketTagsChanged.v1", 2, "tags were changed", {"added": ["vpn"], "removed": ["paper"]}),
        logged("TicketResolved.v1", 2, "a ticket was resolved", {"resolution": A_SEALED_TEXT}),
        logged("TicketReopened.v1", 3, "a ticket was reopened", {"reason": A_SEALED_TEXT}),
        logged("TicketClosed.v1", 2, "a ticket was closed", {}),
    ),
)

OWN_KEYS: Contract[MessageNeed] = Contract(
    "command-service",
    "command-service",
    "tickets.text-keys.v1",
    (
        MessageNeed(
            "the key of a customer's text",
            State("a ticket was created", {"ticket_id": TICKET}),
            {
                "kid": A_KID,
                "version": 1,
                "key": match.regex(b64encode(KEY).decode(), regex="^[A-Za-z0-9+/]{43}=$"),
                "created_at": A_TIME,
            },
            key=A_KID,
        ),
    ),
)


@dataclass(frozen=True)
class Consumed:
    """A record as aiokafka hands it over."""

    key: bytes | None
    value: bytes
    partition: int
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, record: Record) -> "Consumed":
        """Return a record of a pact as consumed."""
        return cls(record.key, record.value, record.partition, record.headers)


@pytest.mark.parametrize("need", OWN_LOG.needs, ids=str)
def test_an_event_is_taken_for_ours_and_applied(need: MessageNeed) -> None:
    keys = {KID: TextKey.model_validate_json(example(OWN_KEYS, OWN_KEYS.needs[0]).value)}
    record = Consumed.of(example(OWN_LOG, need))
    assert store_of(record) == STORE
    found = judge(record, keys)
    assert (found.key, found.envelope.subject, str(record.partition)) == ("k-1", TICKET, PARTITION)
    assert evolve(before(found.version), found.event).version == found.version


def before(version: int) -> Ticket | None:
    """Return the ticket that an event of this version meets."""
    if version == 1:
        return None
    return Ticket("c-1", Priority.LOW, ("paper",), Status.OPEN, version=version - 1)


def test_the_committed_pacts_say_so(committed_pact: Check) -> None:
    committed_pact(OWN_LOG)
    committed_pact(OWN_KEYS)

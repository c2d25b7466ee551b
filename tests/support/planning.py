"""A ticket in memory, batch by batch: what the database would carry from one to the next is carried here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from projector_service.domain.counters import Counters
from projector_service.domain.messages import Control, Fact, Fault, Message, Poison, Received
from projector_service.domain.tickets import Parking, Ticket
from projector_service.projections.effects import BatchPlan, Outcome
from projector_service.projections.plan import Planner
from tests.support.event_types import type_of
from ticket_contracts.control import Drop, Redrive
from ticket_contracts.upcasting import parse_event
from ticket_contracts.views import TicketView

TICKET = "0190d5a0-0000-7000-8000-000000000001"
START = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("TicketCreated", {"customer": {"id": "c"}, "subject": "s", "message": "m", "channel": "ivr", "priority": "low"}),
    ("TicketAssigned", {"group": "a.b", "assignee": None}),
    ("AgentNoteAdded", {"note": "n"}),
    ("TicketResolved", {"resolution": "restarted"}),
    ("TicketReopened", {}),
    ("TicketClosed", {}),
]


def at(offset: int) -> Received:
    """Return a record at an offset; an hour lies between one and the next."""
    return Received(0, offset, TICKET.encode(), b"", START + timedelta(hours=offset))


def event(version: int, offset: int, event_id: str | None = None) -> Fact:
    """Return one event of the story."""
    name, data = STEPS[version - 1]
    time = START + timedelta(hours=version)
    known = event_id or f"event-{version}"
    return Fact(at(offset), TICKET, version, known, parse_event(type_of(name), data), time, time)


def again(version: int, offset: int, event_id: str) -> Fact:
    """Return an event that makes the ticket once more, under a later version."""
    return replace(event(1, offset, event_id), version=version)


def sick(fact: Fact, fault: Fault = Fault.UNKNOWN_TYPE) -> Poison:
    """Return what an event is to a projector that cannot read its data."""
    return Poison(fact.at, fact.ticket_id, fault, "?", fact.version, fact.event_id)


def garbage(offset: int) -> Poison:
    """Return bytes of which not even the version can be read."""
    return Poison(at(offset), TICKET, Fault.UNREADABLE, "no envelope")


def redrive(offset: int) -> Control:
    """Return an operator's redrive."""
    return Control(at(offset), TICKET, f"control-{offset}", Redrive(operator="eve"), START, START)


def drop(offset: int, **what: int) -> Control:
    """Return an operator's drop of a message (`offset` is taken, so: `message`), a version, or both."""
    request = Drop(operator="eve", reason="no use", offset=what.get("message"), version=what.get("version"))
    return Control(at(offset), TICKET, f"control-{offset}", request, START, START)


@dataclass
class Bench:
    """One ticket in one partition. `mended` holds what waiting poison turns out to be once it can be read."""

    counters: Counters = field(default_factory=lambda: Counters(0))
    tickets: dict[str, Ticket] = field(default_factory=dict)
    waiting: dict[int, Message] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)
    mended: dict[int, Fact] = field(default_factory=dict)
    plan: BatchPlan = field(init=False)

    def take(self, *messages: Message) -> BatchPlan:
        """Plan a batch and keep what it comes to."""
        self.plan = plan = BatchPlan({0: self.counters}, {0: self.counters.offset}, self.tickets)
        version = self.tickets[TICKET].version if TICKET in self.tickets else 0
        known = {(TICKET, v): entry["event_id"] for v, entry in self.entries.items() if v <= version}
        parked = [self.mended.get(o, self.waiting[o]) for o in sorted(self.waiting)]
        planner = Planner(plan, known, {TICKET: parked} if parked else {})
        for message in messages:
            planner.take(message)
        self._keep(plan, messages)
        return plan

    def _keep(self, plan: BatchPlan, messages: Sequence[Message]) -> None:
        for parked in (*plan.park, *plan.parked_again):
            self.waiting |= {m.at.offset: m for m in messages if m.at == parked.at}
            self.reasons[parked.at.offset] = parked.reason
        for gone in plan.unpark:
            del self.waiting[gone.offset], self.reasons[gone.offset]
        for entry in plan.new_entries:
            assert entry.version not in self.entries, "an entry of the history is written once"
            self.entries[entry.version] = json.loads(entry.body)
        if TICKET in self.tickets:
            body = plan.body(self.tickets[TICKET])
            assert body is not None, "a ticket has something to show"

    @property
    def ticket(self) -> Ticket:
        """The ticket as it stands."""
        return self.tickets[TICKET]

    @property
    def view(self) -> TicketView:
        """Its view."""
        assert self.ticket.view is not None
        return self.ticket.view

    @property
    def parking(self) -> Parking | None:
        """Why it is parked."""
        return self.ticket.parking

    def is_parked(self) -> bool:
        """Say whether it is parked now."""
        return self.parking is not None

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the last batch's control messages."""
        return [outcome for _, outcome in self.plan.controls]

    def counted(self) -> dict[str, Any]:
        """Return the counters as they are published."""
        return self.counters.record().model_dump(mode="json")

    def state(self) -> tuple[Any, ...]:
        """Return all that two projectors of one log must agree upon."""
        ticket = replace(self.ticket, stored_as=None)
        return ticket, self.counted(), self.entries, self.reasons

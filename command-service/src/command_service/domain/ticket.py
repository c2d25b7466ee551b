"""What the rules must know of a ticket, and how events change it."""

from dataclasses import dataclass, replace
from typing import Any

from command_service.domain.refusals import AlreadyClosed, AlreadyResolved, NotResolved
from ticket_contracts.events import (
    Event,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketPriorityChanged,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
    TicketTagsChanged,
)
from ticket_contracts.fields import Priority, Status, WaitingReason


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket after `version` events; free text is not in it, for no rule asks for it."""

    customer_id: str
    priority: Priority
    tags: tuple[str, ...]
    status: Status = Status.OPEN
    waiting_reason: WaitingReason | None = None
    group: str | None = None
    assignee: str | None = None
    reopen_count: int = 0
    version: int = 1

    def must_be_open_to_change(self) -> None:
        """Raise AlreadyClosed on a closed ticket, which accepts nothing."""
        if self.status is Status.CLOSED:
            raise AlreadyClosed

    def must_be_live(self) -> None:
        """Raise AlreadyClosed or AlreadyResolved unless somebody still works on the ticket."""
        self.must_be_open_to_change()
        if self.status is Status.RESOLVED:
            raise AlreadyResolved

    def must_be_resolved(self) -> None:
        """Raise AlreadyClosed or NotResolved unless the ticket is resolved."""
        self.must_be_open_to_change()
        if self.status is not Status.RESOLVED:
            raise NotResolved


class ImpossibleEvent(ValueError):
    """An event that cannot follow: the first is no creation, or a later one is."""


def evolve(ticket: Ticket | None, event: Event) -> Ticket:
    """Return the ticket after `event`; None stands for the ticket before it was created."""
    if ticket is None:
        if not isinstance(event, TicketCreated):
            raise ImpossibleEvent(f"{event.name()} before TicketCreated")
        return Ticket(customer_id=event.customer.id, priority=event.priority, tags=event.tags)
    return replace(ticket, version=ticket.version + 1, **_changes(ticket, event))


def _changes(ticket: Ticket, event: Event) -> dict[str, Any]:
    match event:
        case TicketStatusChanged():
            return {"status": event.status, "waiting_reason": event.waiting_reason}
        case TicketAssigned():
            return {"group": event.group, "assignee": event.assignee}
        case TicketPriorityChanged():
            return {"priority": event.priority}
        case TicketTagsChanged():
            return {"tags": tuple(tag for tag in ticket.tags if tag not in event.removed) + event.added}
        case TicketResolved():
            return {"status": Status.RESOLVED, "waiting_reason": None}
        case TicketReopened():
            return {"status": Status.OPEN, "waiting_reason": None, "reopen_count": ticket.reopen_count + 1}
        case TicketClosed():
            return {"status": Status.CLOSED, "waiting_reason": None}
        case TicketCreated():
            raise ImpossibleEvent("TicketCreated of a ticket that exists")
    return {}

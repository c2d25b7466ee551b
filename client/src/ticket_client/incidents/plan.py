"""Planning ahead: the commands that a history still needs, each with the answer expected to it.

Pure. A whole history fits into one batch, because what the service will answer follows from its rules; settle.py
compares what it did answer.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from ticket_client.incidents.log import History
from ticket_client.incidents.rows import Row
from ticket_client.incidents.ticket import Accepted, apply, created

CREATE, PRIORITY, ASSIGNMENT, REOPENING, STATUS = range(5)
"""The steps of a row, in the order in which their commands are sent."""

CLOSED = "ticket-closed"


class Place(NamedTuple):
    """Where in a history: index of the row (from 0, among those kept) and step in it."""

    row: int
    step: int

    def after(self) -> "Place":
        """The next step, maybe of the next row."""
        return Place(self.row + 1, PRIORITY) if self.step == STATUS else Place(self.row, self.step + 1)


class Planned(NamedTuple):
    """One command to send and the answer that is expected."""

    type: str
    data: dict[str, Any]
    at: str
    place: Place
    status: str
    """The ticket's status after it, as far as the importer knows."""
    refusal: str | None
    """The problem code expected, None when the command will be accepted."""


START = Place(0, CREATE)


@dataclass(slots=True)
class Progress:
    """How far the import of one history has come."""

    history: History
    ticket: Accepted | None = None
    next: Place = START
    abandoned: bool = False
    """The service refused to create the ticket: nothing can follow."""

    def key(self, command: Planned) -> str:
        """The idempotency key: the same for the same command of the same row of the file, on every run."""
        position = self.history.rows[command.place.row].position
        return f"{self.history.ticket_id}:{position}:{command.type}"


def plan(progress: Progress, limit: int) -> list[Planned]:
    """At most `limit` next commands of a history, as if every answer came as expected."""
    return list(islice(_commands(progress), limit))


def _commands(progress: Progress) -> Iterator[Planned]:
    history, start = progress.history, progress.next
    if progress.abandoned:
        return
    ticket = copy(progress.ticket)
    if ticket is None:
        ticket = created(history.creation)
        yield Planned("CreateTicket", history.creation, history.opened_at, START, ticket.status, None)
    for index in range(start.row, len(history.rows)):
        row = history.rows[index]
        for step in range(start.step if index == start.row else PRIORITY, STATUS + 1):
            difference = _difference(ticket, row, step)
            if difference is None:
                continue
            command, data, status = difference
            refusal = CLOSED if ticket.status == "closed" else None
            if refusal is None:
                apply(ticket, command, data, status)
            yield Planned(command, data, row.at, Place(index, step), ticket.status, refusal)


def _difference(ticket: Accepted, row: Row, step: int) -> tuple[str, dict[str, Any], str] | None:
    """The command of one step of a row, its data and the status it leads to; None when nothing differs."""
    if step == PRIORITY and row.priority != ticket.priority:
        return "ChangePriority", {"priority": row.priority}, ticket.status
    if step == ASSIGNMENT and (row.group, row.assignee) != (ticket.group, ticket.assignee):
        return "AssignTicket", {"group": row.group, "assignee": row.assignee}, ticket.status
    if row.state is None or row.state == (ticket.status, ticket.waiting_reason):
        return None
    if step == REOPENING:
        return _reopening(ticket, row.state[0])
    if step == STATUS:
        return _status_change(ticket, *row.state)
    return None


def _reopening(ticket: Accepted, wanted: str) -> tuple[str, dict[str, Any], str] | None:
    """Resolved tickets go back to work this way. A closed one refuses it, and that refusal is on record."""
    if wanted in ("resolved", "closed") or ticket.status not in ("resolved", "closed"):
        return None
    return "ReopenTicket", {}, "open"


def _status_change(ticket: Accepted, wanted: str, reason: str | None) -> tuple[str, dict[str, Any], str] | None:
    if wanted == "resolved":
        return "ResolveTicket", {}, "resolved"
    if wanted == "closed":
        return "CloseTicket", {}, "closed"
    if ticket.status == "closed":
        return None  # the reopening was refused
    return "UpdateStatus", {"status": wanted} | ({"waiting_reason": reason} if reason else {}), wanted

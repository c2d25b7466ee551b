"""A ticket as the command service has accepted it so far, seen from the importer."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Accepted:
    """Only what rows are compared with."""

    status: str
    waiting_reason: str | None
    priority: str
    group: str | None
    assignee: str | None
    version: int = 0
    """The last one answered; an accepted command that leaves it as it was has made no event."""


def created(data: dict[str, Any]) -> Accepted:
    """A new ticket: open and unassigned."""
    return Accepted("open", None, data["priority"], None, None)


def apply(ticket: Accepted, command: str, data: dict[str, Any], status: str) -> None:
    """Take over what an accepted command set; `status` is the ticket's after it."""
    if command == "ChangePriority":
        ticket.priority = data["priority"]
    elif command == "AssignTicket":
        ticket.group, ticket.assignee = data["group"], data["assignee"]
    ticket.status = status
    if command == "UpdateStatus":
        ticket.waiting_reason = data.get("waiting_reason")
    elif status != "waiting":
        ticket.waiting_reason = None

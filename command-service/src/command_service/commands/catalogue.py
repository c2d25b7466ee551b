"""All that this service can be told to do, on one screen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from command_service.commands.add_agent_note import AddAgentNote, add_agent_note
from command_service.commands.add_reply import AddReply, add_reply
from command_service.commands.assign_ticket import AssignTicket, assign_ticket
from command_service.commands.change_priority import ChangePriority, change_priority
from command_service.commands.change_tags import ChangeTags, change_tags
from command_service.commands.close_ticket import CloseTicket, close_ticket
from command_service.commands.command import Command
from command_service.commands.create_ticket import CreateTicket, create_ticket
from command_service.commands.reopen_ticket import ReopenTicket, reopen_ticket
from command_service.commands.resolve_ticket import ResolveTicket, resolve_ticket
from command_service.commands.update_status import UpdateStatus, update_status
from command_service.domain.refusals import TicketNotFound
from command_service.domain.ticket import Ticket
from ticket_contracts.events import Event


@dataclass(frozen=True, slots=True)
class UseCase:
    """A command, the rule that decides on it, and the last part of its path (None: not on an existing ticket)."""

    command: type[Command]
    decide: Callable[[Any, Any], Event | None]
    path: str | None
    body_optional: bool = False


USE_CASES: tuple[UseCase, ...] = (
    UseCase(CreateTicket, create_ticket, None),
    UseCase(UpdateStatus, update_status, "status"),
    UseCase(AssignTicket, assign_ticket, "assignment"),
    UseCase(ChangePriority, change_priority, "priority"),
    UseCase(AddAgentNote, add_agent_note, "agent-note"),
    UseCase(AddReply, add_reply, "replies"),
    UseCase(ChangeTags, change_tags, "tags"),
    UseCase(ResolveTicket, resolve_ticket, "resolution", body_optional=True),
    UseCase(ReopenTicket, reopen_ticket, "reopening", body_optional=True),
    UseCase(CloseTicket, close_ticket, "closure", body_optional=True),
)

COMMANDS: dict[str, type[Command]] = {case.command.__name__: case.command for case in USE_CASES}

_RULES = {case.command: case.decide for case in USE_CASES}


def decide(ticket: Ticket | None, command: Command) -> Event | None:
    """Return the event that `command` leads to, None if it changes nothing.

    Raises Refused: TicketNotFound where there is no ticket, otherwise what the command's own rule says.
    """
    if ticket is None and not isinstance(command, CreateTicket):
        raise TicketNotFound
    return _RULES[type(command)](ticket, command)

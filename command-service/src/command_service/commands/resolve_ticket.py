"""An agent considers the problem solved."""

from command_service.commands.command import Command, Remark
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketResolved


class ResolveTicket(Command):
    """From any status but resolved and closed."""

    resolution: Remark | None = None


def resolve_ticket(ticket: Ticket, command: ResolveTicket) -> TicketResolved:
    """Resolve it, unless it is resolved or closed."""
    ticket.must_be_live()
    return TicketResolved(resolution=command.resolution)

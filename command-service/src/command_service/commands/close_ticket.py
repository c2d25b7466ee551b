"""The ticket is finished for good."""

from command_service.commands.command import Command
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketClosed


class CloseTicket(Command):
    """From any status but closed; nothing can follow."""


def close_ticket(ticket: Ticket, _: CloseTicket) -> TicketClosed:
    """Close it, unless it is closed."""
    ticket.must_be_open_to_change()
    return TicketClosed()

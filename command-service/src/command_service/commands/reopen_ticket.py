"""A resolved ticket turns out unsolved."""

from command_service.commands.command import Command, Remark
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketReopened


class ReopenTicket(Command):
    """From resolved only; it is open again."""

    reason: Remark | None = None


def reopen_ticket(ticket: Ticket, command: ReopenTicket) -> TicketReopened:
    """Reopen it, if it is resolved."""
    ticket.must_be_resolved()
    return TicketReopened(reason=command.reason)

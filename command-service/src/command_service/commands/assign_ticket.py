"""Responsibility moves."""

from command_service.commands.command import Assignee, Command, Group
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketAssigned


class AssignTicket(Command):
    """Both halves are said each time; null is nobody."""

    group: Group | None
    assignee: Assignee | None


def assign_ticket(ticket: Ticket, command: AssignTicket) -> TicketAssigned | None:
    """Assign it; None when it is assigned so already."""
    ticket.must_be_open_to_change()
    if (ticket.group, ticket.assignee) == (command.group, command.assignee):
        return None
    return TicketAssigned(group=command.group, assignee=command.assignee)

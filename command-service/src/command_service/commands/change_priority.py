"""The ticket becomes more or less urgent."""

from pydantic import Field

from command_service.commands.command import Command
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketPriorityChanged
from ticket_contracts.fields import Priority


class ChangePriority(Command):
    """Sets the priority."""

    priority: Priority = Field(description="The new priority")


def change_priority(ticket: Ticket, command: ChangePriority) -> TicketPriorityChanged | None:
    """Change it; None when it is so already."""
    ticket.must_be_open_to_change()
    if ticket.priority is command.priority:
        return None
    return TicketPriorityChanged(priority=command.priority)

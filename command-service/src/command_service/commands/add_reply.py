"""The customer or an agent answers."""

from pydantic import Field

from command_service.commands.command import Command, Message
from command_service.domain.ticket import Ticket
from ticket_contracts.events import ReplyAdded
from ticket_contracts.fields import Author


class AddReply(Command):
    """Seen by both sides."""

    author: Author = Field(description="Who speaks")
    message: Message


def add_reply(ticket: Ticket, command: AddReply) -> ReplyAdded:
    """Add it; the same reply twice is two replies."""
    ticket.must_be_open_to_change()
    return ReplyAdded(author=command.author, message=command.message)

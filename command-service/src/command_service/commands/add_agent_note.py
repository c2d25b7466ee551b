"""An agent writes something down."""

from command_service.commands.command import Command, Message, NoteAuthor
from command_service.domain.ticket import Ticket
from ticket_contracts.events import AgentNoteAdded


class AddAgentNote(Command):
    """Internal: never shown to the customer."""

    note: Message
    author: NoteAuthor | None = None


def add_agent_note(ticket: Ticket, command: AddAgentNote) -> AgentNoteAdded:
    """Add it; the same note twice is two notes."""
    ticket.must_be_open_to_change()
    return AgentNoteAdded(note=command.note, author=command.author)

"""A customer asks for help."""

from typing import Annotated

from pydantic import AfterValidator, FailFast, Field

from command_service.commands.command import (
    Command,
    Contact,
    CustomerName,
    External,
    Label,
    Message,
    Subject,
    without_repeats,
)
from command_service.domain.refusals import TicketExists
from command_service.domain.ticket import Ticket
from ticket_contracts.events import Customer, TicketCreated
from ticket_contracts.fields import TAGS_MAX, Channel, Priority


class CreateTicket(Command):
    """The ticket becomes open, unassigned, at version 1."""

    customer_id: CustomerName
    subject: Subject
    message: Message
    priority: Priority = Field(default=Priority.NORMAL, description="How urgent it is")
    channel: Channel = Field(default=Channel.WEB, description="How the request came in")
    tags: Annotated[tuple[Label, ...], FailFast(), AfterValidator(without_repeats)] = Field(
        default=(), max_length=TAGS_MAX, description="Labels"
    )
    external_id: External | None = None
    # Left out where it is absent: the fingerprint of a command from before the field must stay what it was.
    customer_contact: Contact | None = Field(default=None, exclude_if=lambda contact: contact is None)


def create_ticket(ticket: Ticket | None, command: CreateTicket) -> TicketCreated:
    """Create it, unless it is there already (TicketExists)."""
    if ticket is not None:
        raise TicketExists
    return TicketCreated(
        customer=Customer(id=command.customer_id, contact=command.customer_contact),
        external_id=command.external_id,
        subject=command.subject,
        message=command.message,
        channel=command.channel,
        priority=command.priority,
        tags=command.tags,
    )

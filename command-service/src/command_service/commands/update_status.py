"""Work on the ticket moves on."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from command_service.commands.command import Command
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketStatusChanged
from ticket_contracts.fields import Status, WaitingReason


def _not_an_end(status: Status) -> Status:
    if status is Status.CLOSED:
        raise PydanticCustomError("manual_close", "Cannot manually close via this command")
    if status is Status.RESOLVED:
        raise PydanticCustomError("manual_resolve", "Cannot manually resolve via this command")
    return status


class UpdateStatus(Command):
    """To open, triaged, in_progress or waiting; `waiting_reason` goes with waiting, and only with it."""

    model_config = ConfigDict(populate_by_name=True)

    status: Annotated[Status, AfterValidator(_not_an_end)] = Field(
        validation_alias=AliasChoices("status", "new_status"),
        description="The new status; resolved and closed have commands of their own",
    )
    waiting_reason: WaitingReason | None = Field(default=None, description="What is waited for; with waiting only")

    @model_validator(mode="after")
    def _reason_goes_with_waiting(self) -> "UpdateStatus":
        if (self.status is Status.WAITING) != (self.waiting_reason is not None):
            raise PydanticCustomError("waiting_reason", "waiting_reason goes with waiting, and only with it")
        return self


def update_status(ticket: Ticket, command: UpdateStatus) -> TicketStatusChanged | None:
    """Move it on, unless it is resolved or closed; None when it is there already."""
    ticket.must_be_live()
    if (ticket.status, ticket.waiting_reason) == (command.status, command.waiting_reason):
        return None
    return TicketStatusChanged(status=command.status, waiting_reason=command.waiting_reason)

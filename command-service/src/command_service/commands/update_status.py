"""Work on the ticket moves on."""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from command_service.commands.command import Command
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketStatusChanged
from ticket_contracts.fields import Status, WaitingReason

_MOVES = "must be open, triaged, in_progress or waiting"
_REASONS = ", ".join(WaitingReason)


def _a_move(value: Any) -> Status:
    if value == Status.CLOSED:
        advice = "CloseTicket, POST /tickets/{id}/closure, closes a ticket"
        raise PydanticCustomError("manual_close", "Cannot manually close via this command", {"advice": advice})
    if value == Status.RESOLVED:
        advice = "ResolveTicket, POST /tickets/{id}/resolution, resolves a ticket"
        raise PydanticCustomError("manual_resolve", "Cannot manually resolve via this command", {"advice": advice})
    try:
        return Status(value)
    except ValueError:
        raise PydanticCustomError("no_move", _MOVES) from None


class UpdateStatus(Command):
    """To open, triaged, in_progress or waiting; `waiting_reason` goes with waiting, and only with it."""

    model_config = ConfigDict(populate_by_name=True)

    status: Annotated[Status, BeforeValidator(_a_move)] = Field(
        validation_alias=AliasChoices("status", "new_status"),
        description="The new status; resolved and closed have commands of their own",
    )
    waiting_reason: WaitingReason | None = Field(
        default=None, validate_default=True, description="What is waited for; with waiting only"
    )

    @field_validator("waiting_reason")
    @classmethod
    def _goes_with_waiting(cls, reason: WaitingReason | None, info: ValidationInfo) -> WaitingReason | None:
        waiting = info.data.get("status") is Status.WAITING
        if waiting and reason is None:
            raise PydanticCustomError("reason_missing", f"is required with waiting: one of {_REASONS}")
        if reason is not None and not waiting and "status" in info.data:
            raise PydanticCustomError("reason_too_much", "goes with waiting only")
        return reason


def update_status(ticket: Ticket, command: UpdateStatus) -> TicketStatusChanged | None:
    """Move it on, unless it is resolved or closed; None when it is there already."""
    ticket.must_be_live()
    if (ticket.status, ticket.waiting_reason) == (command.status, command.waiting_reason):
        return None
    return TicketStatusChanged(status=command.status, waiting_reason=command.waiting_reason)

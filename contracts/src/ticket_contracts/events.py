"""The events: what happened to a ticket, each in its newest version.

A version never changes meaning; a new meaning is a new version. The number in TYPE is the newest one, which producers
write. The older ones are still on the log: `upcasters.py` has them, one function for each.
"""

from functools import cache
from typing import ClassVar

from pydantic import ConfigDict, Field, model_validator

from ticket_contracts.fields import (
    AssigneeName,
    Author,
    AuthorName,
    Channel,
    CustomerId,
    ExternalId,
    GroupName,
    Priority,
    Status,
    Tags,
    WaitingReason,
)
from ticket_contracts.model import RULES, Contract
from ticket_contracts.text import ContactText, MessageText, RemarkText, SubjectText


class Event(Contract):
    """What every event's data has in common: the CloudEvents type it travels under."""

    TYPE: ClassVar[str]

    @classmethod
    @cache
    def name(cls) -> str:
        """Return the event's name without prefix and version, as the timeline shows it."""
        return cls.TYPE.split(".")[1]


class Customer(Contract):
    """Who asked for help, and where to reach them."""

    id: CustomerId
    contact: ContactText | None = None


class TicketCreated(Event):
    """A customer asked for help; the ticket is open, unassigned, at its first event."""

    TYPE = "tickets.TicketCreated.v2"
    customer: Customer = Field(description="Who asked for help")
    external_id: ExternalId | None = None
    subject: SubjectText
    message: MessageText
    channel: Channel = Field(description="How the request came in")
    priority: Priority = Field(description="How urgent it is")
    tags: Tags = ()


class TicketStatusChanged(Event):
    """Work on the ticket moved on: to open, triaged, in_progress or waiting."""

    TYPE = "tickets.TicketStatusChanged.v1"
    model_config = ConfigDict(
        json_schema_extra={
            RULES: ["status is neither resolved nor closed", "waiting_reason is there with waiting, and only with it"]
        }
    )
    status: Status = Field(description="The new status; neither resolved nor closed, which have events of their own")
    waiting_reason: WaitingReason | None = Field(default=None, description="What is waited for; with waiting only")

    @model_validator(mode="after")
    def _reason_goes_with_waiting(self) -> "TicketStatusChanged":
        if not self.status.live:
            raise ValueError(f"{self.status} has an event of its own")
        if (self.status is Status.WAITING) != (self.waiting_reason is not None):
            raise ValueError("waiting_reason goes with waiting, and only with it")
        return self


class TicketAssigned(Event):
    """Responsibility moved; either half may be null."""

    TYPE = "tickets.TicketAssigned.v1"
    group: GroupName | None
    assignee: AssigneeName | None


class TicketPriorityChanged(Event):
    """The ticket became more or less urgent."""

    TYPE = "tickets.TicketPriorityChanged.v1"
    priority: Priority = Field(description="The new priority")


class AgentNoteAdded(Event):
    """An agent wrote something down; never shown to the customer."""

    TYPE = "tickets.AgentNoteAdded.v1"
    note: MessageText
    author: AuthorName | None = None


class ReplyAdded(Event):
    """The customer or an agent answered."""

    TYPE = "tickets.ReplyAdded.v1"
    author: Author = Field(description="Who spoke")
    message: MessageText


class TicketTagsChanged(Event):
    """Labels came or went. Holds only what really changed: added ones were absent, removed ones present."""

    TYPE = "tickets.TicketTagsChanged.v1"
    added: Tags = ()
    removed: Tags = ()


class TicketResolved(Event):
    """An agent considers the problem solved."""

    TYPE = "tickets.TicketResolved.v1"
    resolution: RemarkText | None = None


class TicketReopened(Event):
    """A resolved ticket turned out unsolved; it is open again."""

    TYPE = "tickets.TicketReopened.v1"
    reason: RemarkText | None = None


class TicketClosed(Event):
    """The ticket is finished for good and accepts nothing more."""

    TYPE = "tickets.TicketClosed.v1"


EVENTS: tuple[type[Event], ...] = (
    TicketCreated,
    TicketStatusChanged,
    TicketAssigned,
    TicketPriorityChanged,
    AgentNoteAdded,
    ReplyAdded,
    TicketTagsChanged,
    TicketResolved,
    TicketReopened,
    TicketClosed,
)

EVENT_BY_TYPE: dict[str, type[Event]] = {event.TYPE: event for event in EVENTS}
"""The newest version of each event."""

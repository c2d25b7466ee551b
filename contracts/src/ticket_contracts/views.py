"""What tickets.views.v1 holds of a ticket: its view, or one of two markers in its place.

A reader's guard is the pair (version, offset): a later change has the higher pair, and parking changes a view
without a new version.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ticket_contracts.fields import (
    MESSAGE_MAX,
    PREVIEW_MAX,
    RECENT_MAX,
    REMARK_MAX,
    SUBJECT_MAX,
    AssigneeName,
    Awaiting,
    Channel,
    Count,
    CustomerId,
    EventId,
    ExternalId,
    GroupName,
    Offset,
    Partition,
    Priority,
    Status,
    Tags,
    TicketId,
    Version,
    WaitingReason,
)
from ticket_contracts.model import Contract, Timestamp
from ticket_contracts.timeline import HistoryEntry


class Stale(Contract):
    """Says that a ticket is parked: its view stands still until somebody mends what stopped it."""

    since: Timestamp = Field(description="When the ticket was parked")
    reason: str = Field(max_length=500, description="Why, for people")


class TicketView(Contract):
    """All that lists and details show of a ticket, in the state after `version` events."""

    kind: Literal["view"] = Field(default="view", description="Says that this is a view")
    id: TicketId
    external_id: ExternalId | None
    subject: str = Field(max_length=SUBJECT_MAX, description="One line that names the problem")
    preview: str = Field(max_length=PREVIEW_MAX, description="Start of the message, white space runs as one blank")
    message: str = Field(max_length=MESSAGE_MAX, description="The request in full")
    status: Status = Field(description="Where the work stands")
    waiting_reason: WaitingReason | None = Field(description="What is waited for; with waiting only")
    priority: Priority = Field(description="How urgent it is")
    channel: Channel = Field(description="How the request came in")
    group: GroupName | None
    assignee: AssigneeName | None
    customer_id: CustomerId
    tags: Tags
    resolution: str | None = Field(max_length=REMARK_MAX, description="What solved it, of the last resolution")
    has_note: bool = Field(description="True once an agent left a note")
    note_count: Count = Field(description="Agent notes")
    reply_count: Count = Field(description="Replies by customer or agent")
    reopen_count: Count = Field(description="How often it was reopened")
    awaiting: Awaiting | None = Field(
        default=None,
        description="Who is to speak next: us while the customer spoke last; null on views older than this field",
    )
    created_at: Timestamp = Field(description="When the ticket was created (occurred)")
    updated_at: Timestamp = Field(description="Time of the last event (occurred), which need not be the latest")
    resolved_at: Timestamp | None = Field(description="When it was last resolved; null again after a reopening")
    closed_at: Timestamp | None = Field(description="When it was closed")
    first_resolved_at: Timestamp | None = Field(description="When it was resolved for the first time")
    recent: tuple[HistoryEntry, ...] = Field(max_length=RECENT_MAX, description="The last entries, oldest first")
    version: Version
    partition: Partition
    offset: Offset = Field(description="Offset of the message that changed this view last")
    event_id: EventId = Field(description="The last event folded in")
    stale: Stale | None = Field(default=None, description="On a parked ticket: since when, and why")

    @property
    def guard(self) -> tuple[int, int]:
        """What a later form of this ticket must exceed."""
        return (self.version, self.offset)


class ParkedBeforeBirth(Contract):
    """A ticket that was parked before its first event could be folded: nothing to show yet."""

    kind: Literal["parked"] = Field(default="parked", description="Says that the ticket was never visible")
    id: TicketId
    version: Literal[0] = Field(default=0, description="No event was folded")
    partition: Partition
    offset: Offset = Field(description="Offset of the message that parked it")
    stale: Stale = Field(description="Since when it is parked, and why")


class ErasedTicket(Contract):
    """A marker in place of a view that was erased. Versioned: a null could be undone by any older record."""

    kind: Literal["erased"] = Field(default="erased", description="Says that the ticket was erased")
    id: TicketId
    version: Version
    partition: Partition
    offset: Offset = Field(description="Offset of the message that erased it")
    erased_at: Timestamp = Field(description="When it was erased")


ViewRecord = Annotated[TicketView | ParkedBeforeBirth | ErasedTicket, Field(discriminator="kind")]

VIEW_RECORD: TypeAdapter[TicketView | ParkedBeforeBirth | ErasedTicket] = TypeAdapter(ViewRecord)

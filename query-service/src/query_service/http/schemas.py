"""What the answers look like, for /docs. Bodies are bytes prepared at ingest; a test holds the two together."""

from datetime import date

from pydantic import BaseModel, Field, RootModel

from ticket_contracts.fields import Awaiting, Channel, Priority, Status, Tags, TicketId, Version, WaitingReason
from ticket_contracts.model import Timestamp
from ticket_contracts.timeline import HistoryEntry
from ticket_contracts.views import Stale


class TicketItem(BaseModel):
    """A ticket on a list."""

    id: TicketId
    external_id: str | None
    subject: str
    preview: str = Field(description="First 50 characters of the message")
    status: Status
    waiting_reason: WaitingReason | None
    priority: Priority
    channel: Channel
    group: str | None
    assignee: str | None
    customer_id: str
    tags: Tags
    has_note: bool
    note_count: int
    reply_count: int
    reopen_count: int
    awaiting: Awaiting | None = Field(default=None, description="Who is to speak next; not there on older tickets")
    version: Version
    created_at: Timestamp
    updated_at: Timestamp = Field(description="Time of the last event, which need not be the latest")
    resolved_at: Timestamp | None
    closed_at: Timestamp | None
    stale: Stale | None = Field(default=None, description="On a parked ticket only")


class ExportedTicket(TicketItem):
    """A line of the export."""

    message: str
    resolution: str | None


class TicketDetail(ExportedTicket):
    """A ticket in full."""

    recent: list[HistoryEntry] = Field(max_length=5, description="The last timeline entries, oldest first")


class TicketList(RootModel[list[TicketItem]]):
    """A page of tickets."""


class TimelineList(RootModel[list[HistoryEntry]]):
    """A page of a ticket's history, by version."""


class GroupRow(BaseModel):
    """Tickets of a group; null is no group."""

    group: str | None
    tickets: int
    live: int = Field(description="Neither resolved nor closed")


class OtherGroups(BaseModel):
    """The groups beyond the first 1,000, summed."""

    tickets: int
    live: int


class Dashboard(BaseModel):
    """Counts over all tickets."""

    total: int
    by_status: dict[Status, int]
    by_priority: dict[Priority, int]
    by_channel: dict[Channel, int]
    by_group: list[GroupRow] = Field(max_length=1000, description="By tickets descending, then by name")
    other: OtherGroups
    as_of: Timestamp | None = Field(description="Everything stored before is counted; null before the first watermark")


class DayRow(BaseModel):
    """What occurred on a day."""

    day: date
    created: int
    resolved: int
    closed: int
    reopened: int


class FirstResolutionRow(BaseModel):
    """Time from creation to first resolution."""

    tickets: int
    total_seconds: float | int


class Daily(BaseModel):
    """What occurred by day, and times to first resolution over all tickets, by present priority."""

    days: list[DayRow]
    first_resolution: dict[Priority, FirstResolutionRow]

"""What the two APIs answer. Fields that a later version adds are ignored."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from ticket_client.values import Awaiting, Channel, Priority, Status, WaitingReason


def as_written(moment: datetime) -> str:
    """A time as the API writes it: UTC, in milliseconds, without a fraction when that is zero."""
    parts = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=parts).replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(as_written, when_used="json")]


class Answer(BaseModel):
    """Read only: what a service said."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Accepted(Answer):
    """A command was accepted; `token` makes a read include it."""

    id: str
    version: int
    status: Status
    token: str = ""


class Outcome(NamedTuple):
    """One command of a batch: `version` and `status` when it was accepted, `code` and `detail` when not."""

    key: str
    ticket_id: str
    version: int | None = None
    status: str | None = None
    token: str | None = None
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "Outcome":
        """From one entry of `outcomes`."""
        problem = answer.get("problem")
        if problem is None:
            values = (answer.get(name) for name in ("version", "status", "token"))
            return cls(answer["key"], answer["ticket_id"], *values)
        return cls(answer["key"], answer["ticket_id"], code=problem["code"], detail=problem.get("detail"))


class Command(NamedTuple):
    """One command of a batch. `occurred_at` is RFC 3339 and not in the future; None means now."""

    type: str
    ticket_id: str
    key: str
    data: dict[str, Any]
    occurred_at: str | None = None


class Stale(Answer):
    """Why a ticket is not shown as it is."""

    since: Moment
    reason: str


class TicketItem(Answer):
    """A ticket in a list."""

    id: str
    external_id: str | None = None
    subject: str
    preview: str
    status: Status
    waiting_reason: WaitingReason | None = None
    priority: Priority
    channel: Channel
    group: str | None = None
    assignee: str | None = None
    customer_id: str
    tags: list[str] = Field(default_factory=list)
    has_note: bool = False
    note_count: int = 0
    reply_count: int = 0
    reopen_count: int = 0
    awaiting: Awaiting | None = None
    """Who is to speak next; not known of older tickets."""
    version: int
    created_at: Moment
    updated_at: Moment
    resolved_at: Moment | None = None
    closed_at: Moment | None = None
    stale: Stale | None = Field(default=None, exclude_if=lambda stale: stale is None)
    """On a parked ticket only."""


class TimelineEntry(Answer):
    """One step of a ticket's history."""

    version: int
    type: str
    occurred_at: Moment
    recorded_at: Moment
    visibility: Literal["public", "internal"]
    data: dict[str, Any]


class Ticket(TicketItem):
    """A ticket by id; the export leaves `recent` out."""

    message: str
    resolution: str | None = None
    recent: list[TimelineEntry] = Field(default_factory=list)
    etag: str | None = Field(default=None, exclude=True)
    """Of the answer that it came in, for QueryService.refresh; None in the export."""


class GroupCount(Answer):
    """Tickets of one group; None is for tickets of no group. `live` ones are neither resolved nor closed."""

    group: str | None
    tickets: int
    live: int


class OtherGroups(Answer):
    """The groups that the dashboard does not list, together."""

    tickets: int
    live: int


class Dashboard(Answer):
    """Counts over all tickets."""

    total: int
    by_status: dict[str, int]
    by_priority: dict[str, int]
    by_channel: dict[str, int]
    by_group: list[GroupCount]
    other: OtherGroups | None = None
    as_of: Moment | None = None


class Day(Answer):
    """What happened on one day in UTC."""

    day: date
    created: int
    resolved: int
    closed: int
    reopened: int


class FirstResolution(Answer):
    """How many tickets were ever resolved, and the seconds from creation to first resolution, summed."""

    tickets: int
    total_seconds: float


class Daily(Answer):
    """The days asked for; `first_resolution` is over all tickets, by present priority."""

    days: list[Day]
    first_resolution: dict[str, FirstResolution]


class PartitionPosition(Answer):
    """Offsets of the last message in one partition of the events, -1 for none."""

    partition: int
    published: int = -1
    applied: int = -1
    """Only the query-service tells."""
    lag_ms: float | None = None


class Freshness(Answer):
    """How far a service stands behind."""

    lag_ms: float | None
    partitions: list[PartitionPosition]

"""Query parameters. Unknown ones are refused: a misspelt filter must not answer with everything."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from query_service.domain.cursors import decode_cursor, decode_version_cursor
from query_service.domain.listing import ListQuery, Sort, TicketFilter
from ticket_contracts.fields import Channel, Priority, Status
from ticket_contracts.model import parse_time

DAYS_MAX = 731
LIMIT_MAX = 100
SKIP_MAX = 10_000


def _time(value: object) -> datetime:
    try:
        return parse_time(str(value))
    except (ValueError, OverflowError):
        raise ValueError("must be an RFC 3339 time with an offset, such as 2016-02-29T01:16:00Z") from None


def _day(value: object) -> date:
    text = str(value)
    try:
        if len(text) != len("2016-02-29"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day such as 2016-02-29") from None


Time = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Limit = Annotated[int, Field(ge=1, le=LIMIT_MAX, description="Entries on a page")]
Cursor = Annotated[str, Field(min_length=1, description="Opaque, from a Link header")]


class Parameters(BaseModel):
    """The base of all: no parameter that is not listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """Of a read that takes none."""


class ListParameters(Parameters):
    """Of GET /tickets."""

    status: list[Status] = Field(default=[], description="Any of these")
    priority: list[Priority] = Field(default=[], description="Any of these")
    channel: list[Channel] = Field(default=[], description="Any of these")
    tag: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(default=[], description="All of these")
    group: Name | None = None
    assignee: Name | None = None
    customer_id: Name | None = None
    external_id: Name | None = None
    has_note: Literal["true", "false"] | None = Field(default=None, description="Whether an agent left a note")
    created_since: Time | None = None
    created_before: Time | None = None
    updated_since: Time | None = None
    updated_before: Time | None = None
    sort: Sort = Field(default=Sort.UPDATED_DESC, description="Ties by id")
    limit: Limit = 20
    cursor: Cursor | None = None
    skip: int | None = Field(default=None, ge=0, le=SKIP_MAX, description="Instead of a cursor")

    @model_validator(mode="after")
    def _one_way_of_paging(self) -> "ListParameters":
        if self.cursor is not None and self.skip is not None:
            raise ValueError("cursor and skip exclude each other")
        return self

    def query(self) -> ListQuery:
        """Return what is asked for; raises BadCursor."""
        after = None if self.cursor is None else decode_cursor(self.sort, self.cursor)
        return ListQuery(self._filter(), self.sort, self.limit, after, self.skip or 0)

    def _filter(self) -> TicketFilter:
        return TicketFilter(
            status=tuple(self.status),
            priority=tuple(self.priority),
            channel=tuple(self.channel),
            tags=tuple(self.tag),
            group=self.group,
            assignee=self.assignee,
            customer_id=self.customer_id,
            external_id=self.external_id,
            has_note=None if self.has_note is None else self.has_note == "true",
            created_since=self.created_since,
            created_before=self.created_before,
            updated_since=self.updated_since,
            updated_before=self.updated_before,
        )


class TimelineParameters(Parameters):
    """Of GET /tickets/{id}/timeline."""

    limit: Limit = 20
    cursor: Cursor | None = None

    def after(self) -> int:
        """Return the version behind which the page starts; raises BadCursor."""
        return 0 if self.cursor is None else decode_version_cursor(self.cursor)


class DailyParameters(Parameters):
    """Of GET /dashboard/daily."""

    first: Day = Field(alias="from", description="First day, in UTC")
    last: Day = Field(alias="to", description="Last day, included; 731 days at most")

    @model_validator(mode="after")
    def _is_a_span(self) -> "DailyParameters":
        if not 0 <= (self.last - self.first).days < DAYS_MAX:
            raise ValueError(f"from must not be after to, and the span at most {DAYS_MAX} days")
        return self


class ExportParameters(Parameters):
    """Of GET /export/tickets.ndjson."""

    updated_since: Time | None = None

"""Query parameters. Unknown ones are refused: a misspelt filter must not answer with everything."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from query_service.domain.cursors import decode_cursor, decode_version_cursor
from query_service.domain.listing import ListQuery, Sort, TicketFilter
from query_service.domain.matching import Interest
from query_service.domain.search_cursors import decode_search_cursor
from query_service.domain.searching import WORDS_MAX, SearchQuery
from query_service.domain.words import words_in
from query_service.http.problems import bad_parameter
from ticket_contracts.fields import TAGS_MAX, Awaiting, Channel, Priority, Status
from ticket_contracts.model import parse_time

DAYS_MAX = 731
LIMIT_MAX = 100
SKIP_MAX = 10_000
Q_MAX = 200

REPEATABLE = frozenset({"status", "priority", "channel", "tag"})

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_BLANK_FOR_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)


def _time(value: object) -> datetime:
    try:
        # A plus that nobody escaped arrives as a blank, as HTML forms have it; RFC 3986 means a plus.
        return parse_time(_BLANK_FOR_PLUS.sub("+", str(value)))
    except (ValueError, OverflowError):
        raise ValueError("must be an RFC 3339 time with an offset, such as 2016-02-29T01:16:00Z") from None


def _day(value: object) -> date:
    text = str(value)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day such as 2016-02-29") from None


def _number(value: object) -> int:
    text = str(value)
    if not _NUMBER.fullmatch(text):
        raise ValueError("must be a whole number")
    return int(text)


async def refuse_repetition(request: Request) -> None:
    """Raise ProblemError where a parameter that takes one value is given twice: either could be meant."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name in seen and name not in REPEATABLE:
            raise bad_parameter(name, "is given more than once")
        seen.add(name)


def words_of(q: str) -> tuple[str, ...]:
    """Return the words of a search; raises ProblemError where there are none, or too many."""
    words = tuple(words_in(q))
    if not words:
        raise bad_parameter("q", "has no letter or digit in it")
    if len(words) > WORDS_MAX:
        raise bad_parameter("q", f"has more than {WORDS_MAX} words")
    return words


Time = Annotated[
    datetime,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2016-02-29T01:16:00Z"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2016-02-29"]}),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
# The bounds first: behind a validator they would not be known to JSON Schema.
Limit = Annotated[int, Field(ge=1, le=LIMIT_MAX, description="Entries on a page"), BeforeValidator(_number)]
Skip = Annotated[int, Field(ge=0, le=SKIP_MAX), BeforeValidator(_number)]
Cursor = Annotated[str, Field(min_length=1, description="Opaque, from a Link header")]


class Parameters(BaseModel):
    """The base of all: no parameter that is not listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """Of a read that takes none."""


class FilterParameters(Parameters):
    """Which tickets; all that are given must hold."""

    status: list[Status] = Field(default=[], description="Any of these")
    priority: list[Priority] = Field(default=[], description="Any of these")
    channel: list[Channel] = Field(default=[], description="Any of these")
    # No ticket has more tags than that, and each one asked for is counted: thousands would be thousands of questions.
    tag: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(
        default=[], max_length=TAGS_MAX, description="All of these"
    )
    group: Name | None = Field(default=None, description="Just this one")
    assignee: Name | None = Field(default=None, description="Just this one")
    customer_id: Name | None = Field(default=None, description="Just this one")
    external_id: Name | None = Field(default=None, description="Just this one; several tickets may have it")
    has_note: Literal["true", "false"] | None = Field(default=None, description="Whether an agent left a note")
    awaiting: Awaiting | None = Field(default=None, description="Who is to speak next")
    created_since: Time | None = Field(default=None, description="Created then or later")
    created_before: Time | None = Field(default=None, description="Created earlier than then")
    updated_since: Time | None = Field(default=None, description="Last event then or later")
    updated_before: Time | None = Field(default=None, description="Last event earlier than then")

    def filter(self) -> TicketFilter:
        """Return the filter that is asked for."""
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
            awaiting=self.awaiting,
            created_since=self.created_since,
            created_before=self.created_before,
            updated_since=self.updated_since,
            updated_before=self.updated_before,
        )


class StreamParameters(FilterParameters):
    """Of GET /stream."""

    q: Annotated[str, Field(min_length=1, max_length=Q_MAX)] | None = Field(
        default=None,
        description=f"Words, {WORDS_MAX} at most, all of them in the subject, the message or the external id",
    )

    def interest(self) -> Interest:
        """Return what is asked for; raises ProblemError for words that cannot be."""
        words = () if self.q is None else words_of(self.q)
        return Interest(self.filter(), tuple(sorted(words)))


class ListParameters(FilterParameters):
    """Of GET /tickets."""

    q: Annotated[str, Field(min_length=1, max_length=Q_MAX)] | None = Field(
        default=None,
        description=f"Words, {WORDS_MAX} at most, all of them in the subject, the message or the external id. The best "
        "come first: most words in the subject or external id, then short texts, then the newest; excludes `sort`",
    )
    sort: Sort = Field(default=Sort.UPDATED_DESC, description="Ties by id")
    limit: Limit = 20
    cursor: Cursor | None = None
    skip: Skip | None = Field(default=None, description="Tickets left out from the start; instead of a cursor")

    def query(self) -> ListQuery | SearchQuery:
        """Return what is asked for; raises BadCursor, and ProblemError where parameters exclude each other."""
        if self.cursor is not None and self.skip is not None:
            raise bad_parameter("skip", "cursor and skip exclude each other")
        return self._list() if self.q is None else self._search(words_of(self.q))

    def _list(self) -> ListQuery:
        after = None if self.cursor is None else decode_cursor(self.sort, self.cursor)
        return ListQuery(self.filter(), self.sort, self.limit, after, self.skip or 0)

    def _search(self, words: tuple[str, ...]) -> SearchQuery:
        if "sort" in self.model_fields_set:
            raise bad_parameter("sort", "what q finds has an order of its own")
        after = None if self.cursor is None else decode_search_cursor(words, self.cursor)
        return SearchQuery(words, self.filter(), self.limit, after, self.skip or 0)


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

    def span(self) -> tuple[date, date]:
        """Return the first and the last day; raises ProblemError where they make no series."""
        if self.last < self.first:
            raise bad_parameter("to", "must not be before from")
        if (self.last - self.first).days >= DAYS_MAX:
            raise bad_parameter("to", f"from and to span more than {DAYS_MAX} days")
        return self.first, self.last


class ExportParameters(Parameters):
    """Of GET /export/tickets.ndjson."""

    updated_since: Time | None = Field(default=None, description="Last event then or later")

"""Which tickets a list holds, and in which order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from ticket_client.values import Awaiting, Channel, Priority, Sort, Status


class ChangeFilters(TypedDict, total=False):
    """Which tickets, of a list or of a watch; a ticket must pass all that are given.

    Times are aware datetimes, or text as RFC 3339 has it; `since` includes its moment, `before` does not.
    """

    status: Status | Sequence[Status]
    """Any of these."""
    priority: Priority | Sequence[Priority]
    """Any of these."""
    channel: Channel | Sequence[Channel]
    """Any of these."""
    tag: str | Sequence[str]
    """All of these."""
    group: str
    assignee: str
    customer_id: str
    external_id: str
    has_note: bool
    """Whether an agent left a note."""
    awaiting: Awaiting
    """Who is to speak next."""
    created_since: datetime | str
    created_before: datetime | str
    updated_since: datetime | str
    updated_before: datetime | str
    q: str
    """Words, all of which the subject, the message or the external id must have."""


class TicketFilters(ChangeFilters, total=False):
    """The filters of GET /tickets, and its order."""

    sort: Sort
    """`-updated_at` if not given; with `q` the best come first, and `sort` is excluded."""


def as_parameters(filters: TicketFilters | ChangeFilters) -> dict[str, Any]:
    """The query parameters that say so. Raises TypeError for a filter that there is not."""
    unknown = sorted(filters.keys() - TicketFilters.__annotations__.keys())
    if unknown:
        known = ", ".join(TicketFilters.__annotations__)
        raise TypeError(f"no such filter: {', '.join(unknown)}; there are {known}")
    return {name: as_parameter(value) for name, value in filters.items()}


def as_parameter(value: object) -> object:
    """A value as a query has it: times as text, the rest as the HTTP library writes it."""
    return value.isoformat() if isinstance(value, datetime) else value

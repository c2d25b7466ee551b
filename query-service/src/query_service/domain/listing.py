"""What a list of tickets can be asked for: filters, an order, and a place to go on from."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ticket_contracts.fields import Awaiting, Channel, Priority, Status


class Sort(StrEnum):
    """The orders of a list. Ties go by id, ascending."""

    UPDATED_DESC = "-updated_at"
    UPDATED = "updated_at"
    CREATED_DESC = "-created_at"
    CREATED = "created_at"

    @property
    def field(self) -> str:
        """The time that is sorted by."""
        return self.value.removeprefix("-")

    @property
    def descending(self) -> bool:
        """True where the latest time comes first."""
        return self.value.startswith("-")

    @property
    def other(self) -> "Sort":
        """The order by the other time, the latest first."""
        return Sort.CREATED_DESC if self.field == "updated_at" else Sort.UPDATED_DESC


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets; every part that is given must hold. Empty tuples and None ask for nothing.

    Of `status`, `priority` and `channel` one of the values must match, of `tags` all. Times: since <= t < before.
    """

    status: tuple[Status, ...] = ()
    priority: tuple[Priority, ...] = ()
    channel: tuple[Channel, ...] = ()
    tags: tuple[str, ...] = ()
    group: str | None = None
    assignee: str | None = None
    customer_id: str | None = None
    external_id: str | None = None
    has_note: bool | None = None
    awaiting: Awaiting | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    updated_since: datetime | None = None
    updated_before: datetime | None = None

    def bounds(self, name: str) -> tuple[datetime | None, datetime | None]:
        """Return since and before of the time `name`, created_at or updated_at."""
        if name == "created_at":
            return self.created_since, self.created_before
        return self.updated_since, self.updated_before


@dataclass(frozen=True)
class Place:
    """The last ticket of a page: the next page starts behind it, whatever was inserted meanwhile."""

    time: datetime
    ticket_id: str


@dataclass(frozen=True)
class ListQuery:
    """One page of a list: at most `limit` tickets behind `after`, or behind the first `skip`."""

    filter: TicketFilter = field(default_factory=TicketFilter)
    sort: Sort = Sort.UPDATED_DESC
    limit: int = 20
    after: Place | None = None
    skip: int = 0


@dataclass(frozen=True)
class ListedTicket:
    """A ticket on a page: its place in the order, and its JSON."""

    place: Place
    item: bytes

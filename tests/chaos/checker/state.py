"""The end state as the collectors found it, in plain values that name no class of any service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event, its text opened. `name` is without prefix and version; times are text, as on the wire."""

    id: str
    ticket: str
    version: int
    name: str
    occurred_at: str
    recorded_at: str
    data: Json
    key: str | None = None


@dataclass(frozen=True)
class LogRecord:
    """One record of tickets.events.v1, in the order of its partition."""

    partition: int
    offset: int
    key: str
    event: Event

    @property
    def ticket(self) -> str:
        """The event's ticket."""
        return self.event.ticket

    @property
    def version(self) -> int:
        """The event's version."""
        return self.event.version

    @property
    def id(self) -> str:
        """The event's id."""
        return self.event.id


@dataclass(frozen=True)
class Poison:
    """A message on tickets.events.v1, under a ticket's key, that nobody can fold; id and version where it has any."""

    partition: int
    offset: int
    ticket: str
    id: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Request:
    """What operators ask for on tickets.events.v1: to try again, and to give up a message, versions, or both."""

    partition: int
    offset: int
    ticket: str
    moment: str
    operator: str
    reason: str | None = None
    message: int | None = None
    version: int | None = None


@dataclass(frozen=True)
class Views:
    """The tickets as one place shows them, and which fields they must have there. Order does not matter."""

    place: str
    fields: frozenset[str]
    documents: Sequence[Json]


@dataclass(frozen=True)
class Entries:
    """Timeline entries as one place shows them, each with its `ticket_id`; `ordered` where the order is promised."""

    place: str
    fields: frozenset[str]
    documents: Sequence[Json]
    ordered: bool = False


@dataclass(frozen=True)
class Counts:
    """What is counted over tickets; nothing is kept that counts zero. Times are whole milliseconds.

    `groups`: (tickets, live ones) by group. `resolutions`: (tickets, sum of times) by priority.
    """

    total: int = 0
    status: Mapping[str, int] = field(default_factory=dict)
    priority: Mapping[str, int] = field(default_factory=dict)
    channel: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str | None, tuple[int, int]] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    resolutions: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class EndState:
    """Everything that is left when all is quiet.

    `counts` and `offsets` (of the last message counted, by events partition) go by the place that they were found in.
    `asides`: what else is on the log under tickets' keys.
    """

    stored: Sequence[Event]
    log: Sequence[LogRecord]
    views: Sequence[Views]
    entries: Sequence[Entries]
    counts: Mapping[str, Counts]
    offsets: Mapping[str, Mapping[int, int]]
    asides: Sequence[Poison | Request] = ()


ITEM_FIELDS = frozenset({
    "id", "external_id", "subject", "preview", "status", "waiting_reason", "priority", "channel", "group", "assignee",
    "customer_id", "tags", "has_note", "note_count", "reply_count", "reopen_count", "awaiting", "version", "created_at",
    "updated_at", "resolved_at", "closed_at",
})  # fmt: skip
EXPORT_FIELDS = ITEM_FIELDS | {"message", "resolution"}
DETAIL_FIELDS = EXPORT_FIELDS | {"recent"}
TOPIC_FIELDS = DETAIL_FIELDS | {"kind", "first_resolved_at", "partition", "offset", "event_id"}
GUARD_FIELDS = frozenset({"id", "version", "offset"})

ENTRY_FIELDS = frozenset({"ticket_id", "version", "type", "occurred_at", "recorded_at", "visibility", "data"})
TOPIC_ENTRY_FIELDS = ENTRY_FIELDS | {"event_id"}
ENTRY_KEY_FIELDS = frozenset({"ticket_id", "version"})

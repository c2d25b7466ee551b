"""What a message on the events topic turns out to be, once it has been read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ticket_contracts.control import Drop, Redrive
from ticket_contracts.events import Event


@dataclass(frozen=True, slots=True)
class Received:
    """One record as the broker gave it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: datetime


class Fault(StrEnum):
    """Why a message cannot be folded, or not yet."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    UNKNOWN_TYPE = "unknown-type"
    INVALID_EVENT = "invalid-event"
    SEALED = "text-cannot-be-opened"
    GAP = "gap"
    CONFLICT = "conflict"
    FOLD_FAILED = "fold-failed"
    TOO_MUCH = "too-much-at-once"
    DROPPED = "dropped"
    """All that came of the ticket was given up; nothing waits, and its first event heals it."""


NO_EVENT = "00000000-0000-0000-0000-000000000000"
"""The nil UUID: stands for the event of a version that was given up without ever having been read."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of a ticket, read and opened."""

    at: Received
    ticket_id: str
    version: int
    event_id: str
    event: Event
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that belongs to a ticket but cannot be folded. Names fields in `detail`, never their values.

    Version and event id are there as far as they could be read.
    """

    at: Received
    ticket_id: str
    fault: Fault
    detail: str
    version: int | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unattributable:
    """Bytes that belong to no ticket."""

    at: Received
    reason: str


@dataclass(frozen=True, slots=True)
class Control:
    """What operators ask for on behalf of one ticket."""

    at: Received
    ticket_id: str
    id: str
    request: Redrive | Drop
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """An operators' message that this projector does not know: counted by its offset, told, and passed over."""

    at: Received
    ticket_id: str
    reason: str


Message = Fact | Poison | Unattributable | Control | Ignored

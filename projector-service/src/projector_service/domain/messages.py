"""What a message on the events topic turns out to be, once it has been read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    UNKNOWN_TYPE = "unknown-type"
    INVALID_EVENT = "invalid-event"
    SEALED = "text-cannot-be-opened"
    GAP = "gap"
    CONFLICT = "conflict"
    FOLD_FAILED = "fold-failed"


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
    """A message that belongs to a ticket but cannot be folded. Names fields in `detail`, never their values."""

    at: Received
    ticket_id: str
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class Unattributable:
    """Bytes that belong to no ticket."""

    at: Received
    reason: str


@dataclass(frozen=True, slots=True)
class Control:
    """An operators' message: no event, and none that this projector knows."""

    at: Received


Message = Fact | Poison | Unattributable | Control

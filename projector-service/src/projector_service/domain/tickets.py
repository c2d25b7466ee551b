"""What the projector knows of one ticket: its view, and why it is parked if it is."""

from dataclasses import dataclass
from datetime import datetime

from projector_service.domain.messages import Fault, Received
from ticket_contracts.views import ParkedBeforeBirth, Stale, TicketView


@dataclass(frozen=True, slots=True)
class Parking:
    """Why a ticket waits. `missing` is the version that would heal a gap by itself."""

    fault: Fault
    detail: str
    since: datetime
    offset: int
    missing: int | None = None

    def stale(self) -> Stale:
        """Return what readers are told."""
        return Stale(since=self.since, reason=f"{self.fault}: {self.detail}"[:500])


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that waits with its ticket, kept as it was received."""

    at: Received
    ticket_id: str
    version: int | None
    event_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's state; without a view before its first event, without `parking` when all is well."""

    id: str
    partition: int
    view: TicketView | None = None
    parking: Parking | None = None
    stored_as: tuple[int, int] | None = None
    """Guard (version, offset) of the document in the database; None: there is none."""
    marked_at: int = -1
    """Offset of the message that changed it last, where it is parked without a view; -1 otherwise."""

    @property
    def version(self) -> int:
        """The last version folded; 0 before the first."""
        return self.view.version if self.view else 0

    def record(self) -> TicketView | ParkedBeforeBirth | None:
        """Return what the views topic says of this ticket; None: nothing yet."""
        if self.view is not None:
            return self.view
        if self.parking is not None:
            return ParkedBeforeBirth(
                id=self.id, partition=self.partition, offset=self.marked_at, stale=self.parking.stale()
            )
        return None

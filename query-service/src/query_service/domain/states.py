"""What the read model knows of a ticket, as far as waiting for it goes."""

from dataclasses import dataclass
from enum import StrEnum

from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, TicketView


class Kind(StrEnum):
    """As `kind` on tickets.views.v1: a view, or one of two markers in its place."""

    VIEW = "view"
    PARKED = "parked"
    ERASED = "erased"


class Sight(StrEnum):
    """How a wanted version stands."""

    SEEN = "seen"
    BEHIND = "behind"
    PARKED = "parked"


@dataclass(frozen=True)
class TicketState:
    """Where a ticket's record stands; `offset` is that of its last change in its source partition."""

    kind: Kind
    version: int
    partition: int
    offset: int
    parked: bool

    def sight_of(self, version: int) -> Sight:
        """Say whether `version` can be read. A parked ticket is never waited for, an erased one shows nothing."""
        if self.kind is Kind.ERASED or self.version >= version:
            return Sight.SEEN
        return Sight.PARKED if self.parked else Sight.BEHIND


def state_of(record: TicketView | ParkedBeforeBirth | ErasedTicket) -> TicketState:
    """Return the state that a view or marker says."""
    parked = record.kind == "parked" or (isinstance(record, TicketView) and record.stale is not None)
    return TicketState(Kind(record.kind), record.version, record.partition, record.offset, parked)

"""What this process' ingest stored lately, so that a read that was waiting for it need not look again.

Only good news is taken from here: what is stored stays stored, whichever process goes on with it. Everything
else, and everything older, is looked up in the database.
"""

from collections.abc import Iterable
from itertools import islice

from query_service.domain.states import TicketState, state_of
from query_service.ports import ViewRecord
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry

KEPT = 10_000


class Sightings:
    """The last KEPT tickets and timeline entries stored, and the counters' offsets."""

    def __init__(self) -> None:
        self._states: dict[str, TicketState] = {}
        self._entries: dict[str, None] = {}
        self._counted: dict[int, int] = {}

    def note_views(self, records: Iterable[ViewRecord]) -> None:
        """Take views and markers that can be read from now on, or newer ones in their place."""
        for record in records:
            self._states.pop(record.id, None)
            self._states[record.id] = state_of(record)
        _trim(self._states)

    def note_entries(self, entries: Iterable[TimelineEntry]) -> None:
        """Take timeline entries that can be read from now on."""
        self._entries |= dict.fromkeys(entry.key for entry in entries)
        _trim(self._entries)

    def note_counters(self, records: Iterable[StatsRecord]) -> None:
        """Take counters that can be read from now on."""
        for record in records:
            self._counted[record.partition] = max(record.offset, self._counted.get(record.partition, -1))

    def state(self, ticket_id: str) -> TicketState | None:
        """Return the state of a ticket, if it was stored lately."""
        return self._states.get(ticket_id)

    def has_entry(self, key: str) -> bool:
        """Say whether a timeline entry was stored lately."""
        return key in self._entries

    def counted(self, partition: int) -> int:
        """Return the offset up to which a partition is counted at least, -1 for unknown."""
        return self._counted.get(partition, -1)

    def clear(self) -> None:
        """Forget all: a failover may have undone what was stored last."""
        for kept in (self._states, self._entries, self._counted):
            kept.clear()


def _trim(kept: dict[str, TicketState] | dict[str, None]) -> None:
    # The oldest are listed first: to ask for the first one again and again passes all that were taken out before.
    for key in list(islice(kept, max(0, len(kept) - KEPT))):
        del kept[key]

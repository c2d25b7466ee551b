"""The effects of one batch, as they are stored in one transaction and published after it."""

from dataclasses import dataclass, field
from enum import StrEnum

from projector_service.domain import breaker
from projector_service.domain.counters import Counters, within_limits
from projector_service.domain.messages import Control, Ignored, Poison, Received, Unattributable
from projector_service.domain.tickets import ParkedMessage, Ticket
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import HistoryEntry, timeline_key


@dataclass(frozen=True, slots=True)
class Entry:
    """A history entry as it is stored and published; `body` is the contract's TimelineEntry in JSON."""

    partition: int
    ticket_id: str
    version: int
    event_id: str
    body: bytes

    @property
    def key(self) -> str:
        """The id of the entry in every database, and its record key."""
        return timeline_key(self.ticket_id, self.version)


@dataclass(frozen=True, slots=True)
class DropRecord:
    """What a drop gave up: messages by their offsets, and versions. Empty where there was nothing to give up."""

    control: Control
    messages: tuple[int, ...]
    versions: tuple[int, ...]


class Outcome(StrEnum):
    """What became of an operators' message."""

    UNPARKED = "unparked"
    STILL_PARKED = "still-parked"
    NOT_PARKED = "not-parked"
    IGNORED = "ignored"


@dataclass
class BatchPlan:
    """The effects of one batch. `counted_before` holds each partition's counters' offset in the database."""

    counters: dict[int, Counters]
    counted_before: dict[int, int]
    tickets: dict[str, Ticket]
    changed: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    new_entries: list[Entry] = field(default_factory=list)
    old_entries: list[Entry] = field(default_factory=list)
    park: list[ParkedMessage] = field(default_factory=list)
    parked_again: list[ParkedMessage] = field(default_factory=list)
    """Messages that go on waiting after another attempt, with the reason that they have now."""
    parked_anew: set[str] = field(default_factory=set)
    """Tickets parked, unparked, or parked for another reason."""
    unpark: list[Received] = field(default_factory=list)
    drops: list[DropRecord] = field(default_factory=list)
    controls: list[tuple[Control | Ignored, Outcome]] = field(default_factory=list)
    dead_letters: list[Unattributable] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)
    conflicts: list[Poison] = field(default_factory=list)
    newly_parked: list[str] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)
    repeated: int = 0
    outcomes: list[breaker.Outcome] = field(default_factory=list)
    retold: dict[str, int] = field(default_factory=dict)
    """Version above which a ticket's stored entries may not have been published, by ticket: a crash came between."""
    reached: dict[int, int] = field(default_factory=dict)
    """Offset of the batch's last message, by partition."""
    _bodies: dict[str, bytes] = field(default_factory=dict)
    _counter_bodies: dict[int, bytes] = field(default_factory=dict)

    def stored_counters(self, partition: int) -> bytes:
        """Return a partition's counters in JSON, exact, without the offsets of the views and timeline topics."""
        if partition not in self._counter_bodies:
            self._counter_bodies[partition] = _counters_json(self.counters[partition].record())
        return self._counter_bodies[partition]

    def published_counters(self, partition: int) -> bytes:
        """Return the same within the contract's limits, whatever was counted."""
        counters = self.counters[partition]
        exact = counters.record()
        within = within_limits(exact)
        return self.stored_counters(partition) if within is exact else _counters_json(within)

    def complete(self) -> list[int]:
        """Return the partitions of which everything counted is published with this batch or was before.

        A batch that is read again after a crash may end sooner than the one that was stored.
        """
        return [p for p, counters in self.counters.items() if self.reached.get(p, -1) >= counters.offset]

    def body(self, ticket: Ticket) -> bytes | None:
        """Return a ticket's record in JSON, as it is stored and published; None: there is nothing to say yet."""
        if ticket.id not in self._bodies:
            record = ticket.record()
            if record is None:
                return None
            self._bodies[ticket.id] = record.__pydantic_serializer__.to_json(record)
        return self._bodies[ticket.id]

    def bytes_of_tickets(self) -> int:
        """Return how large the tickets' records are that were stored or published."""
        return sum(map(len, self._bodies.values()))

    def moves_waiting(self) -> bool:
        """Say whether the batch changes what waits, or why."""
        return bool(self.park or self.parked_again or self.unpark or self.parked_anew)

    def counted(self) -> list[Counters]:
        """Return the counters that move on with this batch."""
        return [c for p, c in self.counters.items() if c.offset > self.counted_before[p]]

    def changed_tickets(self) -> list[Ticket]:
        """Return the tickets whose stored document changes."""
        return [self.tickets[ticket_id] for ticket_id in self.changed]

    def reparked_tickets(self) -> list[Ticket]:
        """Return the tickets of which it changes why they wait, or that they do."""
        return [self.tickets[ticket_id] for ticket_id in self.parked_anew]

    def touched_tickets(self) -> list[Ticket]:
        """Return the tickets to publish, changed by this batch or by a crashed run of it."""
        return [self.tickets[ticket_id] for ticket_id in self.touched]


def _counters_json(record: StatsRecord) -> bytes:
    return record.__pydantic_serializer__.to_json(record, exclude={"views_offset", "timeline_offset"})


def timeline_entry(ticket: Ticket, event_id: str, history: HistoryEntry) -> Entry:
    """Return a ticket's history entry as it is stored: a pure function of the event, or of what gave it up."""
    known = history.__pydantic_serializer__.to_json(history)
    # Both ids are UUIDs: nothing in them needs escaping.
    body = known[:-1] + f',"ticket_id":"{ticket.id}","event_id":"{event_id}"}}'.encode()
    return Entry(ticket.partition, ticket.id, history.version, event_id, body)

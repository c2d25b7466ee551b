"""The ports in memory: for tests of this service and of its contracts. They pass the same suite as the real ones."""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from projector_service.adapters.parked_documents import place
from projector_service.adapters.text_keys import key_bytes, read_key
from projector_service.domain.counters import Counters
from projector_service.domain.messages import Received
from projector_service.domain.tickets import ParkedMessage, Parking, Ticket
from projector_service.ports import START, NotOurs, Position
from projector_service.projections.effects import BatchPlan, DropRecord, Entry
from ticket_contracts.views import VIEW_RECORD, TicketView


class _View(NamedTuple):
    guard: tuple[int, int]
    partition: int
    body: bytes
    parking: Parking | None


class MemoryReadStore:
    """The port `ReadStore`. Keeps JSON, as the database does, so that nobody changes what is stored by accident."""

    def __init__(self) -> None:
        self.drops: list[DropRecord] = []
        self._positions: dict[int, Position] = {}
        self._counters: dict[int, tuple[int, bytes]] = {}
        self._views: dict[str, _View] = {}
        self._entries: dict[str, Entry] = {}
        self._waiting: dict[str, ParkedMessage] = {}

    async def positions(self, partitions: Collection[int]) -> dict[int, Position]:
        """See the port."""
        return {partition: self._positions.get(partition, START) for partition in partitions}

    async def save_positions(self, positions: Mapping[int, Position]) -> None:
        """See the port."""
        for partition, position in positions.items():
            if position.offset > self._positions.get(partition, START).offset:
                self._positions[partition] = position

    async def counters(self, partitions: Collection[int]) -> dict[int, Counters]:
        """See the port."""
        stored = {p: Counters.of(json.loads(body)) for p, (_, body) in self._counters.items()}
        return {partition: stored.get(partition) or Counters(partition) for partition in partitions}

    async def tickets(self, ids: Collection[str]) -> dict[str, Ticket]:
        """See the port."""
        return {ticket_id: self._ticket(ticket_id) for ticket_id in ids if ticket_id in self._views}

    async def event_ids(self, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """See the port."""
        known = {(e.ticket_id, e.version): e.event_id for e in self._entries.values()}
        return {key: known[key] for key in keys if key in known}

    async def entries(self, since: Mapping[str, int]) -> list[Entry]:
        """See the port."""
        return [e for e in self._entries.values() if e.ticket_id in since and e.version > since[e.ticket_id]]

    async def parked(self, ids: Collection[str]) -> dict[str, list[Received]]:
        """See the port."""
        found: dict[str, list[Received]] = {}
        for message in sorted(self._waiting.values(), key=lambda message: message.at.offset):
            if message.ticket_id in ids:
                found.setdefault(message.ticket_id, []).append(message.at)
        return found

    async def waiting(self) -> int:
        """See the port."""
        return len(self._waiting)

    async def commit(self, plan: BatchPlan) -> None:
        """See the port."""
        if not plan.counted():
            return
        self._check(plan)
        for counters in plan.counted():
            self._counters[counters.partition] = (counters.offset, plan.stored_counters(counters.partition))
        for ticket in plan.changed_tickets():
            record, body = ticket.record(), plan.body(ticket)
            assert record is not None and body is not None  # noqa: S101, PT018 - a changed ticket has a view or is parked
            self._views[ticket.id] = _View((record.version, record.offset), ticket.partition, body, ticket.parking)
        self._entries |= {entry.key: entry for entry in plan.new_entries}
        self._waiting |= {place(message.at): message for message in (*plan.park, *plan.parked_again)}
        for at in plan.unpark:
            self._waiting.pop(place(at), None)
        self.drops += plan.drops

    def _check(self, plan: BatchPlan) -> None:
        for counters in plan.counted():
            if self._counters.get(counters.partition, (-1, b""))[0] != plan.counted_before[counters.partition]:
                raise NotOurs(f"the counters of partition {counters.partition} moved on")
        for ticket in plan.changed_tickets():
            known = self._views.get(ticket.id)
            if (None if known is None else known.guard) != ticket.stored_as:
                raise NotOurs(f"ticket {ticket.id} moved on")
        if any(entry.key in self._entries for entry in plan.new_entries):
            raise NotOurs("an entry is there that was not there before")

    def _ticket(self, ticket_id: str) -> Ticket:
        stored = self._views[ticket_id]
        record = VIEW_RECORD.validate_json(stored.body)
        view = record if isinstance(record, TicketView) else None
        marked_at = stored.guard[1] if view is None else -1
        return Ticket(ticket_id, stored.partition, view, stored.parking, stored.guard, marked_at)


class MemoryTextKeys:
    """The port `TextKeys`, of the records that it was given."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[int, bytes | None]] = {}

    def take(self, value: bytes | None) -> None:
        """Take the value of a record of tickets.text-keys.v1; of those of a key the highest version holds."""
        key = read_key(value)
        if key is not None and key.version > self._keys.get(key.kid, (0, None))[0]:
            self._keys[key.kid] = (key.version, key_bytes(key))

    async def find(self, kids: Collection[str]) -> Mapping[str, bytes | None]:
        """See the port."""
        return {kid: self._keys[kid][1] for kid in kids if kid in self._keys}


class MemoryLog:
    """The port `Log`, as the only member of the group. `records` are those of each partition, from offset 0."""

    def __init__(self) -> None:
        self.records: dict[int, list[Received]] = {}
        self._made = 1

    def make_again(self) -> None:
        """Delete the log and make it again, empty."""
        self.records.clear()
        self._made += 1

    def append(self, record: Received) -> None:
        """Put a record behind the others of its partition; its offset must be the next one."""
        own = self.records.setdefault(record.partition, [])
        if record.offset != len(own):
            raise ValueError(f"partition {record.partition} goes on at {len(own)}, not at {record.offset}")
        own.append(record)

    async def identity(self) -> str:
        """See the port."""
        return str(self._made)

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """See the port."""
        return {partition: len(self.records.get(partition, ())) for partition in partitions}

    def seek(self, partition: int, offset: int) -> None:
        """See the port: who appends hands the record over as well."""

    def stop_reading(self) -> None:
        """See the port."""

    async def owned_since(self, _positions: Mapping[int, Position]) -> int:
        """See the port."""
        return time.time_ns() // 1_000_000

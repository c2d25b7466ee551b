"""Looks at the events topic from outside of any consumer group."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from projector_service.domain.messages import Received
from projector_service.ports import Position, fingerprint
from ticket_contracts.topics import EVENTS

CALL_LIMIT = 15.0


class LogReader:
    """Asks for ends and single records of the events topic; a started consumer without a group. Limit 15 s a call."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._partitions = [TopicPartition(topic, p) for p in range(EVENTS.partitions)]

    async def last_offsets(self) -> dict[int, int]:
        """Return the offset of the last record of each partition, -1 for none."""
        async with asyncio.timeout(CALL_LIMIT):
            ends = await self._consumer.end_offsets(self._partitions)
        return {tp.partition: end - 1 for tp, end in ends.items()}

    async def holds(self, positions: Mapping[int, Position]) -> bool:
        """Say whether the log has, at each of the positions, the record that was applied there."""
        known = {p: position for p, position in positions.items() if position.offset >= 0}
        last = await self.last_offsets()
        if any(position.offset > last[p] for p, position in known.items()):
            return False
        found = await self._records({p: position.offset for p, position in known.items()})
        return all(p in found and fingerprint(found[p]) == position.fingerprint for p, position in known.items())

    async def _records(self, offsets: Mapping[int, int]) -> dict[int, Received]:
        found: dict[int, Received] = {}
        if not offsets:
            return found
        self._consumer.assign([tp for tp in self._partitions if tp.partition in offsets])
        for tp in self._consumer.assignment():
            self._consumer.seek(tp, offsets[tp.partition])
        async with asyncio.timeout(CALL_LIMIT):
            while left := offsets.keys() - found.keys():
                found |= await self._first_of_each(left)
        return {p: record for p, record in found.items() if record.offset == offsets[p]}

    async def _first_of_each(self, partitions: Collection[int]) -> dict[int, Received]:
        wanted = [tp for tp in self._partitions if tp.partition in partitions]
        fetched = await self._consumer.getmany(*wanted, timeout_ms=1_000)
        return {
            tp.partition: Received(
                tp.partition, r.offset, r.key, r.value, datetime.fromtimestamp(r.timestamp / 1e3, UTC)
            )
            for tp, (r, *_) in fetched.items()
        }

"""Stands where a service has its AIOKafkaProducer, and keeps what it was given. No broker, the same bytes.

What it claims of the real one is in tests/integration/test_recording_producer.py, which runs on both.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from tests.support.pacts.records import Record
from ticket_contracts.topics import TOPICS

BATCH_BYTES = 16_384

Headers = Sequence[tuple[str, bytes]]


class Acknowledged(NamedTuple):
    """Where the first record of a send came to stand."""

    topic: str
    partition: int
    offset: int


class RecordingProducer:
    """A producer whose records are in `records`, in the order sent; each is acknowledged at once."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._ends: Counter[tuple[str, int]] = Counter()
        self._partitions = {topic.name: list(range(topic.partitions)) for topic in TOPICS}
        self._partitioner = DefaultPartitioner()

    async def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    async def end_of(self, topic: str, partition: int) -> int:
        """Return the offset after the last record of a partition."""
        return self._ends[topic, partition]

    def last(self, topic: str) -> Record:
        """Return the record that was sent to a topic last; raises LookupError where there is none."""
        for record in reversed(self.records):
            if record.topic == topic:
                return record
        raise LookupError(f"nothing was sent to {topic}")

    def create_batch(self) -> BatchBuilder:
        """Return an empty batch, as aiokafka builds them."""
        return BatchBuilder(BATCH_BYTES, 0)

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> "asyncio.Future[Acknowledged]":
        """Take a batch; the future is where it stands."""
        base = self._ends[topic, partition]
        for built in _read(batch):
            headers = tuple((name, value or b"") for name, value in built.headers)
            self._append(topic, partition, built.key, built.value or b"", headers)
        return _done(Acknowledged(topic, partition, base))

    async def send(
        self,
        topic: str,
        value: bytes,
        key: bytes | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Headers = (),
    ) -> "asyncio.Future[Acknowledged]":
        """Take one record; where no partition is named, Kafka's own rule decides."""
        if partition is None:
            known = self._partitions[topic]
            partition = int(self._partitioner(key, known, known))
        offset = self._append(topic, partition, key, value, tuple(headers))
        return _done(Acknowledged(topic, partition, offset))

    async def send_and_wait(self, topic: str, value: bytes, **how: Any) -> Acknowledged:
        """Take one record, and return where it stands."""
        return await (await self.send(topic, value, **how))

    def _append(
        self, topic: str, partition: int, key: bytes | None, value: bytes, headers: tuple[tuple[str, bytes], ...]
    ) -> int:
        offset = self._ends[topic, partition]
        self.records.append(Record(topic, partition, key, value, headers, offset))
        self._ends[topic, partition] += 1
        return offset


def _read(batch: BatchBuilder) -> Sequence[Any]:
    records = MemoryRecords(bytes(batch._build()))
    found: list[Any] = []
    while (built := records.next_batch()) is not None:
        found += list(built)
    return found


def _done(acknowledged: Acknowledged) -> "asyncio.Future[Acknowledged]":
    future: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
    future.set_result(acknowledged)
    return future

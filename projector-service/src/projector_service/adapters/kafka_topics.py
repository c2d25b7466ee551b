"""Publishes what a batch made, in the order that readers rely on: views and timeline, then the counters.

Records go straight into the batches of their partition, which costs a tenth of a send for each. Each carries the time
of the last ownership check: the broker refuses it once that is over 10 s ago, so that an owner that was frozen and
wakes up cannot put an older view behind a newer one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from projector_service.domain.messages import Unattributable
from projector_service.projections.effects import BatchPlan
from ticket_chassis.producers import stop_producer
from ticket_contracts.topics import DEAD_LETTER, STATS, TIMELINE, VIEWS, Topic

PUBLISH_LIMIT = 15.0

Record = tuple[bytes, bytes]


class KafkaReadTopics:
    """The port `ReadTopics`.

    `end_of` asks the broker for the end of a partition, `name_of` gives a topic's name on it, `source` is the name of
    the events topic. Of what belongs to no ticket, an earlier generation has put aside what came up to the offsets of
    `dead_letters_after`.
    """

    def __init__(
        self,
        make_producer: Callable[[], AIOKafkaProducer],
        end_of: Callable[[str, int], Awaitable[int]],
        name_of: Callable[[Topic], str],
        source: str,
        dead_letters_after: Mapping[int, int],
    ) -> None:
        self._make_producer = make_producer
        self._end_of = end_of
        self._name_of = name_of
        self._source = source
        self._dead_letters_after = dead_letters_after
        self._producer: AIOKafkaProducer | None = None
        self._last: dict[tuple[str, int], int] = {}

    async def publish(self, plan: BatchPlan, checked_at: int) -> None:
        """Publish all records of a batch within 15 s, or raise."""
        try:
            async with asyncio.timeout(PUBLISH_LIMIT):
                producer = await self._ready()
                await self._publish_documents(producer, plan, checked_at)
                await self._publish_counters(producer, plan, checked_at)
        except BaseException:
            # A refused record ends an idempotent producer: its next sequence number can never be right again.
            await self.close()
            raise

    async def close(self) -> None:
        """Give the producer up, and what is known of the topics' ends; the next batch makes a new one."""
        producer, self._producer = self._producer, None
        self._last.clear()
        if producer is not None:
            await stop_producer(producer)

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = self._make_producer()
            try:
                await producer.start()
            except BaseException:
                await stop_producer(producer)
                raise
            self._producer = producer
        return self._producer

    async def _publish_documents(self, producer: AIOKafkaProducer, plan: BatchPlan, checked_at: int) -> None:
        views: dict[int, list[Record]] = {}
        for ticket in plan.touched_tickets():
            if (body := plan.body(ticket)) is not None:
                views.setdefault(ticket.partition, []).append((ticket.id.encode(), body))
        entries: dict[int, list[Record]] = {}
        for entry in (*plan.old_entries, *plan.new_entries):
            entries.setdefault(entry.partition, []).append((entry.key.encode(), entry.body))
        await _all(
            *(self._send(producer, VIEWS, p, records, checked_at) for p, records in views.items()),
            *(self._send(producer, TIMELINE, p, records, checked_at) for p, records in entries.items()),
            *(self._send_dead_letter(producer, letter, checked_at) for letter in self._new(plan.dead_letters)),
        )

    async def _publish_counters(self, producer: AIOKafkaProducer, plan: BatchPlan, checked_at: int) -> None:
        await _all(*(self._send_counters(producer, plan, p, checked_at) for p in plan.complete()))

    async def _send_counters(
        self, producer: AIOKafkaProducer, plan: BatchPlan, partition: int, checked_at: int
    ) -> None:
        ends = [await self._last_offset(topic, partition) for topic in (VIEWS, TIMELINE)]
        known = b'{"views_offset":%d,"timeline_offset":%d,' % tuple(ends)
        body = known + plan.published_counters(partition).removeprefix(b"{")
        await self._send(producer, STATS, partition, [(str(partition).encode(), body)], checked_at)

    async def _last_offset(self, topic: Topic, partition: int) -> int:
        """Return the offset of the last record: ours, or that of whoever owned the partition before."""
        last = self._last.get((topic.name, partition))
        if last is None:
            last = await self._end_of(self._name_of(topic), partition) - 1
            self._last[topic.name, partition] = last
        return last

    async def _send(
        self, producer: AIOKafkaProducer, topic: Topic, partition: int, records: Sequence[Record], checked_at: int
    ) -> None:
        batches = list(_batches(producer, records, checked_at))
        futures = [await producer.send_batch(b, self._name_of(topic), partition=partition) for b in batches]
        sent = await asyncio.gather(*futures)
        ends = [m.offset + b.record_count() - 1 for m, b in zip(sent, batches, strict=True)]
        self._last[topic.name, partition] = max(ends)

    def _new(self, letters: Iterable[Unattributable]) -> Iterator[Unattributable]:
        after = self._dead_letters_after
        return (letter for letter in letters if letter.at.offset > after.get(letter.at.partition, -1))

    async def _send_dead_letter(self, producer: AIOKafkaProducer, letter: Unattributable, checked_at: int) -> None:
        at = letter.at
        headers = [
            ("reason", letter.reason.encode()),
            ("source-topic", self._source.encode()),
            ("source-partition", str(at.partition).encode()),
            ("source-offset", str(at.offset).encode()),
        ]
        if at.value is None:
            headers.append(("value", b"null"))
        await producer.send_and_wait(
            self._name_of(DEAD_LETTER),
            at.value or b"",
            key=at.key,
            partition=at.partition,
            headers=headers,
            timestamp_ms=checked_at,
        )


def _batches(producer: AIOKafkaProducer, records: Iterable[Record], checked_at: int) -> Iterable[Any]:
    batch = producer.create_batch()
    for key, value in records:
        if batch.append(key=key, value=value, timestamp=checked_at) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=checked_at)
    yield batch


async def _all(*sends: Awaitable[None]) -> None:
    """Await all, also after one failed, so that none is left behind; then raise what failed first."""
    results = await asyncio.gather(*sends, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result

"""The events topic as the consumer group sees it: FastStream reads batches, this keeps its place.

FastStream and aiokafka only log what a listener or a handler raises, and FastStream's own parser would drop a whole
batch for one header that is not UTF-8: so the parser here takes the records as they are, and the projector decides
from its own positions what a batch may be.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.kafka.subscriber.usecase import LogicSubscriber

from projector_service.adapters.pacing import Pace
from projector_service.adapters.topic_identity import topic_id
from projector_service.domain.messages import Received
from projector_service.ports import Position
from projector_service.projections.project_batch import REBALANCE_LIMIT, Projector
from ticket_chassis.kafka import HEARTBEAT_INTERVAL_MS, REQUEST_TIMEOUT_MS, SESSION_TIMEOUT_MS

log = structlog.get_logger(__name__)

CALL_LIMIT = REQUEST_TIMEOUT_MS / 1000
OWNERSHIP_GOOD_FOR_MS = 2_000
POLL_MS = 5
GIVE_UP_AFTER = 180.0
"""Seconds. A broker that was away for a minute finds the member that it knows; a new one would have to wait until the
session of the old one has run out."""

MAX_RECORDS = 1_000
CATCH_UP_RECORDS = 4_000
"""For a generation that nobody reads yet: a ticket's view is then written and published once for more of its events."""

BYTES_AT_ONCE = 8 * 1024 * 1024


class GroupConsumer(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """The port `Log`, and the rebalance listener that hands partitions to the projector."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._subscriber: LogicSubscriber[tuple[ConsumerRecord, ...]] | None = None
        self._projector: Projector | None = None
        self._confirmed_at = 0
        self._committed: dict[int, int] = {}
        self._reported_at = 0.0

    def attach(self, subscriber: LogicSubscriber[tuple[ConsumerRecord, ...]], projector: Projector) -> None:
        """Name the two sides that this stands between."""
        self._subscriber, self._projector = subscriber, projector
        self._reported_at = asyncio.get_running_loop().time()

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        if self._subscriber is None or self._subscriber.consumer is None:
            raise ConnectionError("the consumer is not running")
        return self._subscriber.consumer

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Take over the partitions; where that fails, their batches are refused until it has worked."""
        self._confirmed_at = 0
        if self._projector is not None:
            await self._projector.take_over({tp.partition for tp in assigned})

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finish the running batch first: the next owner then finds nothing half done."""
        if self._projector is not None and revoked:
            await self._projector.let_go(REBALANCE_LIMIT)

    async def identity(self) -> str:
        """Return the id of the topic."""
        async with asyncio.timeout(CALL_LIMIT):
            return str(await topic_id(self._consumer, self.topic))

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """Return the offset after the last record of each partition."""
        async with asyncio.timeout(CALL_LIMIT):
            ends = await self._consumer.end_offsets([TopicPartition(self.topic, p) for p in partitions])
        return {tp.partition: end for tp, end in ends.items()}

    async def end_of(self, topic: str, partition: int) -> int:
        """Return the offset after the last record of any topic's partition."""
        wanted = TopicPartition(topic, partition)
        async with asyncio.timeout(CALL_LIMIT):
            ends = await self._consumer.end_offsets([wanted])
        return int(ends[wanted])

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset`; what was fetched ahead is dropped."""
        self._consumer.seek(TopicPartition(self.topic, partition), offset)

    def stop_reading(self) -> None:
        """Pause what is assigned."""
        self._consumer.pause(*self._consumer.assignment())

    async def owned_since(self, positions: Mapping[int, Position]) -> int:
        """Return when the group last accepted a commit of ours, at most 2 s ago, else commit now.

        A commit is refused to a member that the group has given up, and resets its session: no other member gets the
        partitions for the session time-out from then.
        """
        asked_at = time.time_ns() // 1_000_000
        # A confirmation from the future is from before the clock was set back; what carried its time would be late.
        if not 0 <= asked_at - self._confirmed_at <= OWNERSHIP_GOOD_FOR_MS:
            await self.commit(positions)
        return self._confirmed_at

    async def commit(self, positions: Mapping[int, Position]) -> None:
        """Commit the positions to the group, for lag tools, and note the time."""
        asked_at = time.time_ns() // 1_000_000
        async with asyncio.timeout(CALL_LIMIT):
            await self._consumer.commit(
                {TopicPartition(self.topic, p): position.offset + 1 for p, position in positions.items()}
            )
        self._confirmed_at = asked_at
        self._committed = {p: position.offset + 1 for p, position in positions.items()}

    async def report(self, positions: Mapping[int, Position]) -> None:
        """Commit for the sake of lag tools; in the middle of a rebalance it fails, and nothing hangs on it.

        Raises KafkaError or TimeoutError when it has failed for three minutes: the consumer may be one that is dead.
        """
        now = asyncio.get_running_loop().time()
        if not positions:
            self._reported_at = now  # who has nothing to commit has not failed
            return
        try:
            await self.commit(positions)
            self._reported_at = now
        except (KafkaError, TimeoutError) as error:
            log.info("group commit failed", error=type(error).__name__)
            if now - self._reported_at > GIVE_UP_AFTER:
                raise

    def is_reading(self) -> bool:
        """Say whether the loop that reads batches still runs; FastStream does not restart a cancelled one."""
        return self._subscriber is not None and any(not task.done() for task in self._subscriber.tasks)

    def lag(self) -> dict[int, int]:
        """Return how many messages of each assigned partition are not applied yet, as far as the consumer knows."""
        if self._subscriber is None or self._subscriber.consumer is None:
            return {}
        consumer = self._subscriber.consumer
        highs = {tp: consumer.highwater(tp) for tp in consumer.assignment()}
        return {
            tp.partition: high - self._committed.get(tp.partition, 0) for tp, high in highs.items() if high is not None
        }


def subscribe(
    broker: KafkaBroker,
    consumer: GroupConsumer,
    projector: Projector,
    group_id: str,
    pace: Pace,
    max_records: Callable[[], int],
) -> None:
    """Let `broker` read the events topic in batches and hand each, undecoded, to the projector, at most at `pace`.

    How many records a batch may have is asked anew after each.
    """
    subscriber = broker.subscriber(
        consumer.topic,
        group_id=group_id,
        batch=True,
        batch_timeout_ms=POLL_MS,
        max_records=max_records(),
        fetch_max_bytes=BYTES_AT_ONCE,
        # The default acknowledges before the work is done. Positions are ours; the group's commit follows them.
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=HEARTBEAT_INTERVAL_MS,
        partition_assignment_strategy=(RangePartitionAssignor,),
        listener=consumer,
        parser=_parse,
        decoder=_decode,
    )
    consumer.attach(subscriber, projector)

    @subscriber
    async def on_batch(records: Sequence[Received]) -> None:
        await pace.wait_for(len(records))
        await projector.project(records)
        subscriber.max_records = max_records()


async def _parse(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    return KafkaMessage(raw_message=records, body=b"", consumer=_NoCommit())


async def _decode(message: KafkaMessage) -> list[Received]:
    raw = message.raw_message
    assert isinstance(raw, tuple)  # noqa: S101 - a batch subscriber's message
    return [
        Received(r.partition, r.offset, r.key, r.value, datetime.fromtimestamp(max(r.timestamp, 0) / 1000, UTC))
        for r in raw
    ]


class _NoCommit:
    """Stands where FastStream would commit: positions are committed after their effects, by `GroupConsumer`."""

    async def commit(self) -> None:
        """Do nothing."""

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Do nothing."""

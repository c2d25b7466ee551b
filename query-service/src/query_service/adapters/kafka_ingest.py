"""Reads the four read topics and hands them to ingest, round by round, from the positions in the database.

Every partition is sought on assignment: the offsets that the broker keeps are never read.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, UnknownTopicOrPartitionError
from pymongo.errors import PyMongoError

from query_service.adapters.kafka_fill import RECORDS_AT_ONCE, FirstFillReading
from query_service.adapters.kafka_lag import ToldGroup
from query_service.domain.progress import Positions
from query_service.ingest.records import RawRecord, Round, read_round
from query_service.ingest.rounds import Assignment, Ingest, changed
from query_service.ingest.under_way import UnderWay
from query_service.ports import FirstFill
from ticket_chassis.tasks import Halted
from ticket_contracts.topics import Topic

log = structlog.get_logger(__name__)

ROUND_MAX_RECORDS = 500
BESIDE_MAX_RECORDS = 50
"""In a round of a generation that fills beside the one that serves: reads wait behind a round, so it is short."""

ROUND_WAIT_MS = 200
JOIN_LIMIT = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0

Records = Mapping[TopicPartition, list[Any]]


class KafkaIngest:
    """A member of the consumer group. Brokers or a database that are away are waited for; times in seconds."""

    def __init__(
        self,
        ingest: Ingest,
        first_fill: FirstFill,
        topics: Mapping[str, Topic],
        make_consumer: Callable[[], AIOKafkaConsumer],
        is_beside: Callable[[], bool],
    ) -> None:
        """Take the topics to read, each of READ_TOPICS in their order, by its name on the broker.

        `is_beside` says whether another generation serves meanwhile, to which this one gives way.
        """
        self._ingest = ingest
        self._first_fill = first_fill
        self._topics = topics
        self._make_consumer = make_consumer
        self._is_beside = is_beside

    async def run(self) -> None:
        """Ingest until cancelled; raises Halted where the log is not the one that the positions speak of.

        Raises ReadModelReplaced where another database than before has been found.
        """
        pause = FIRST_PAUSE
        while True:
            session = Session(self._make_consumer(), self._ingest, self._first_fill, self._topics, self._is_beside)
            try:
                await session.run()
            except (KafkaError, PyMongoError, OSError) as error:
                # Never poison: the position stays, and the same records come again.
                log.warning("ingest interrupted", error=type(error).__name__, detail=str(error)[:200])
                pause = FIRST_PAUSE if session.rounds else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)


class Session(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """One consumer's life: from joining the group to the first error."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        ingest: Ingest,
        first_fill: FirstFill,
        topics: Mapping[str, Any],
        is_beside: Callable[[], bool],
    ) -> None:
        self._consumer = consumer
        self._is_beside = is_beside
        self._ingest = ingest
        self._first_fill = first_fill
        self._topics = topics
        self._assignment: Assignment | None = None
        self._fill: FirstFillReading | None = None
        self._failure: Exception | None = None
        self._taken_up = asyncio.Event()
        self._busy = asyncio.Lock()
        self._writing = UnderWay()
        self._group = ToldGroup(consumer, ingest.metrics, list(topics))
        self.rounds = 0

    async def run(self) -> None:
        """Ingest until an error; the group is left in any case."""
        loop = asyncio.get_running_loop()
        self._consumer.subscribe(list(self._topics), listener=self)
        try:
            await self._consumer.start()
            while True:
                async with asyncio.timeout(JOIN_LIMIT):
                    await self._taken_up.wait()
                fetched = await self._fetch()
                started = loop.time()
                await self._round(fetched)
                if fetched and self._is_beside():
                    await asyncio.sleep(loop.time() - started)  # half of the time is left to those who are served
        finally:
            self._ingest.arrivals.own_partitions = frozenset()
            self._group.leave()
            await self._writing.abandon()
            await self._end_fill()
            await self._consumer.stop()

    async def on_partitions_revoked(self, _revoked: Collection[TopicPartition]) -> None:
        """Let the round at hand end, then apply no more."""
        async with self._busy:
            try:
                await self._settle()
            except Exception as error:  # noqa: BLE001 - raised again by the next fetch
                self._failure = error
            self._taken_up.clear()
            self._assignment = None
            self._ingest.arrivals.own_partitions = frozenset()
            await self._end_fill()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Take up the partitions; aiokafka only logs what a listener raises, so the next round raises it."""
        try:
            await self._take_up({tp.partition for tp in assigned})
        except Exception as error:  # noqa: BLE001 - raised again by the round
            self._failure = error
        self._taken_up.set()

    async def _take_up(self, partitions: set[int]) -> None:
        everything = self._all_partitions()
        # The positions first: a member on its way out may store later ones until the ends are asked for.
        assignment = await self._ingest.resume(partitions)
        ends = await self._consumer.end_offsets(everything)
        starts = await self._consumer.beginning_offsets(everything)
        await self._first_fill.begin(self._last(ends), datetime.now(UTC))
        filled = await self._first_fill.is_complete()
        for partition, stored in assignment.positions.items():
            for tp, last in self._each(partition, stored):
                if last >= ends[tp]:
                    raise Halted(
                        f"{tp.topic}/{partition} ends before offset {last}, which the read model has: another log"
                    )
                self._consumer.seek(tp, max(starts[tp], last + 1))
        # No await since the last seek: records of before it cannot come with this assignment.
        self._assignment = assignment
        own = {p: last for p, last in self._last(ends).items() if p in partitions}
        if own and not filled:
            make_lists = self._first_fill.documents_are_in
            self._fill = FirstFillReading(self._consumer, make_lists, self._topics, own)
        self._ingest.arrivals.own_partitions = frozenset(partitions)
        log.info("partitions assigned", partitions=sorted(partitions))

    async def _end_fill(self) -> None:
        if self._fill is not None:
            await self._fill.stop()
            self._fill = None

    def _all_partitions(self) -> list[TopicPartition]:
        known = {topic: self._consumer.partitions_for_topic(topic) for topic in self._topics}
        if missing := [topic for topic, partitions in known.items() if not partitions]:
            raise UnknownTopicOrPartitionError(", ".join(missing))
        return [TopicPartition(topic, partition) for topic, partitions in known.items() for partition in partitions]

    def _last(self, ends: Mapping[TopicPartition, int]) -> dict[int, Positions]:
        partitions = {tp.partition for tp in ends}
        return {
            p: Positions(*(ends.get(TopicPartition(topic, p), 0) - 1 for topic in self._topics)) for p in partitions
        }

    def _each(self, partition: int, positions: Positions) -> list[tuple[TopicPartition, int]]:
        return [(TopicPartition(topic, partition), last) for topic, last in zip(self._topics, positions, strict=True)]

    async def _fetch(self) -> Records:
        if self._failure is not None:
            raise self._failure
        wait_ms = 0 if self._writing.is_busy else ROUND_WAIT_MS
        try:
            fetched: Records = await self._consumer.getmany(timeout_ms=wait_ms, max_records=self._most())
        except NoOffsetForPartitionError:
            if self._taken_up.is_set():
                raise
            return {}  # a rebalance came in between: nothing is sought yet, and nothing is to be read
        return fetched

    def _most(self) -> int:
        if self._is_beside():
            return BESIDE_MAX_RECORDS
        return ROUND_MAX_RECORDS if self._fill is None else RECORDS_AT_ONCE

    async def _round(self, fetched: Records) -> None:
        async with self._busy:
            if self._assignment is None:
                return
            if not fetched:
                await self._settle()
            try:
                positions = await self._positions(self._assignment, fetched)
            except IllegalStateError:
                return  # a rebalance has begun; the records come again, to whoever owns them then
            if fetched or positions:
                found = read_round(self._raw(fetched), is_first_fill=self._fill is not None)
                await self._writing.end()
                self._writing.begin(self._write(self._assignment, found, positions))
            tells = self._group.is_due
            if tells:
                await self._settle()  # it is acknowledged
            elif self._fill is None or self._is_beside():
                await self._writing.end()  # readers wait for it, or have the processor
            if self._fill is not None and await self._fill.is_over(self._assignment.positions):
                self._fill = None
        if tells:
            await self._group.tell()

    async def _settle(self) -> None:
        """Return once all that was begun is written, and its positions are stored."""
        await self._writing.end()
        if self._assignment is not None:
            await self._assignment.save()

    async def _write(self, assignment: Assignment, found: Round, positions: Mapping[int, Positions]) -> None:
        await assignment.apply(found, positions)
        self.rounds += 1

    async def _positions(self, assignment: Assignment, fetched: Records) -> dict[int, Positions]:
        """Return where reading stands in the partitions at hand, in all of them when nothing came.

        Positions and not records: what compaction took away is passed without a record.
        """
        applied = assignment.positions
        at_hand = {tp.partition for tp in fetched} or applied
        now = [
            (p, Positions(*[await self._consumer.position(TopicPartition(topic, p)) - 1 for topic in self._topics]))
            for p in at_hand
        ]
        return changed(applied, now)

    def _raw(self, fetched: Records) -> list[RawRecord]:
        return [
            RawRecord(self._topics[record.topic], record.partition, record.offset, record.key, record.value)
            for record in chain.from_iterable(fetched.values())
        ]

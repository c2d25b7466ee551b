"""One run of the relay under the lease: check the log, resume the stream, publish, keep the record."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from pymongo.asynchronous.change_stream import AsyncCollectionChangeStream
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.adapters.text_keys import MongoTextKeys
from command_service.leasing.clock import DatabaseClock
from command_service.leasing.lease import Lease
from command_service.leasing.together import together
from command_service.relay.feed import ChangeFeed, open_stream
from command_service.relay.log_check import LogCheck
from command_service.relay.metrics import RelayMetrics
from command_service.relay.outbox import whole_store
from command_service.relay.progress import Progress
from command_service.relay.publisher import Publisher
from command_service.relay.record import RelayRecord, RelayRecords
from command_service.relay.watermarks import send_watermarks
from command_service.settings import CommandSettings
from ticket_chassis.kafka import create_consumer, create_producer, topic_name
from ticket_chassis.mongo import Document
from ticket_contracts.topics import EVENTS, WATERMARKS

HISTORY_LOST = 286
SAVE_SECONDS = 0.1
QUIET_SAVES_EVERY = 10
STOP_LIMIT = 3.0

SessionFactory = Callable[[Lease], "Session"]

log = structlog.get_logger(__name__)


class Session:
    """Publishes from where the last session's record ends, until something fails."""

    def __init__(
        self,
        settings: CommandSettings,
        database: AsyncDatabase[Document],
        text_keys: MongoTextKeys,
        clock: DatabaseClock,
        metrics: RelayMetrics,
        lease: Lease,
    ) -> None:
        self._settings = settings
        self._events = database[EVENTS_COLLECTION]
        self._records = RelayRecords(database)
        self._text_keys = text_keys
        self._clock = clock
        self._metrics = metrics
        self._lease = lease
        self.progress = Progress()
        self.published: Sequence[int] = ()

    async def run(self) -> None:
        """Run until something fails, and raise it; WrongLog says that nothing may be published at all."""
        await together(self._lease.keep(), self._publish())

    async def _publish(self) -> None:
        store_id = await self._records.store_id()
        record = await self._records.load()
        last = await self._check_log(record, store_id)
        async with AsyncExitStack() as opened:
            producer = create_producer(self._settings)
            opened.push_async_callback(_stop, producer)
            await producer.start()
            publisher = Publisher(producer, self._text_keys, self._settings.topic_prefix, store_id, last)
            self.published = publisher.published
            opened.push_async_callback(publisher.close)
            opened.callback(self.progress.abandon)
            stream = await self._resume(record, publisher)
            opened.push_async_callback(stream.close)
            feed = ChangeFeed(stream, self._clock)
            marks = topic_name(WATERMARKS, self._settings.topic_prefix)
            await together(
                feed.pump(),
                self._hand_over(feed, publisher),
                self.progress.settle(),
                self._keep_record(publisher),
                send_watermarks(producer, marks, self.progress, publisher),
            )

    async def _check_log(self, record: RelayRecord | None, store_id: str) -> list[int]:
        consumer = create_consumer(self._settings, group_id=None)
        try:
            await consumer.start()
            topic = topic_name(EVENTS, self._settings.topic_prefix)
            return await LogCheck(consumer, topic, store_id, self._missing).run(record)
        finally:
            await consumer.stop()

    async def _missing(self, event_ids: Sequence[str]) -> set[str]:
        known = {row["_id"] async for row in self._events.find({"_id": {"$in": list(event_ids)}}, {"_id": 1})}
        return set(event_ids) - known

    async def _resume(self, record: RelayRecord | None, publisher: Publisher) -> AsyncCollectionChangeStream[Document]:
        if record is not None:
            try:
                return await open_stream(self._events, record.token)
            except OperationFailure as error:
                if error.code != HISTORY_LOST:
                    raise
                log.warning("the saved position is older than the server's history: publishing the whole store again")
        # The stream first: what is stored during the scan is in it, at worst twice.
        stream = await open_stream(self._events, None)
        async for events in whole_store(self._events):
            self._lease.check()
            await (await publisher.publish(events))
        return stream

    async def _hand_over(self, feed: ChangeFeed, publisher: Publisher) -> None:
        while True:
            delivery = await feed.take()
            self._lease.check()
            acknowledged = await publisher.publish(delivery.events) if delivery.events else None
            await self.progress.add(delivery, acknowledged)

    async def _keep_record(self, publisher: Publisher) -> None:
        saved_quiet, events, reported, rounds = False, 0, 0, 0
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            rounds += 1
            reported = self._report(reported)
            # While nothing comes, saving would itself be all that happens: once a second is enough then.
            busy = self.progress.events != events or not saved_quiet
            if self.progress.token is None or not (busy or rounds % QUIET_SAVES_EVERY == 0):
                continue
            events, saved_quiet = self.progress.events, self.progress.quiet
            await self._records.save(self._snapshot(publisher), self._lease.term)

    def _snapshot(self, publisher: Publisher) -> RelayRecord:
        assert self.progress.token is not None  # noqa: S101 - asked for only when there is one
        return RelayRecord(
            self.progress.token, self.progress.position, self.progress.stored_until, tuple(publisher.published)
        )

    def _report(self, reported: int) -> int:
        self._metrics.published.inc(self.progress.events - reported)
        oldest, now = self.progress.oldest_unacknowledged(), self._clock.now()
        self._metrics.lag.set(0 if oldest is None or now is None else max(0.0, (now - oldest).total_seconds()))
        return self.progress.events


async def _stop(producer: AIOKafkaProducer, *_: Any) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await producer.stop()
    except Exception as error:  # noqa: BLE001 - it is given up for good, whatever it says
        log.warning("producer did not stop in order", error=type(error).__name__)

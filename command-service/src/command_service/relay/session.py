"""One run of the relay under the lease: check the log, resume the stream, publish, keep the record."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog
from bson import Timestamp
from pymongo.asynchronous.change_stream import AsyncCollectionChangeStream
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.adapters.text_keys import MongoTextKeys
from command_service.leasing.clock import DatabaseClock
from command_service.leasing.lease import Lease
from command_service.leasing.together import together
from command_service.relay.feed import ChangeFeed, open_stream
from command_service.relay.log_check import open_check
from command_service.relay.log_state import LogReplaced, LogState
from command_service.relay.metrics import RelayMetrics
from command_service.relay.outbox import whole_store
from command_service.relay.position import HISTORY_LOST, INVALID_TOKEN, Token, cluster_time
from command_service.relay.progress import Progress
from command_service.relay.publisher import Publisher
from command_service.relay.record import RelayRecord, RelayRecords, Saved
from command_service.relay.watermarks import send_watermarks
from command_service.settings import CommandSettings
from ticket_chassis.kafka import create_producer, topic_name
from ticket_chassis.mongo import Document
from ticket_chassis.producers import stop_producer
from ticket_contracts.topics import WATERMARKS

SAVE_SECONDS = 0.1
QUIET_SAVES_EVERY = 10

SessionFactory = Callable[[Lease], "Session"]

log = structlog.get_logger(__name__)


class Session:
    """Publishes from where the last session's record ends, until something fails; made once the lease is held."""

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
        self._term = lease.term  # this session's own: the same process may lead again before all of it has ended
        self.progress = Progress()
        self.log: LogState | None = None

    async def run(self) -> None:
        """Run until something fails, and raise it; WrongLog says that nothing may be published at all."""
        try:
            await together(self._lease.keep(), self._publish())
        except LogReplaced as replaced:
            await self._log_is_gone(str(replaced))
            raise

    async def _publish(self) -> None:
        store_id = await self._records.store_id()
        async with AsyncExitStack() as opened:
            check = await opened.enter_async_context(open_check(self._settings, self._events, store_id))
            saved = await self._records.read()
            self.log, changed = await check.run(saved.log)
            if check.foreign:
                log.warning("the log holds messages that no relay wrote", count=check.foreign)
            if changed is not None and saved.republication is None:
                saved = await self._log_is_gone(changed)
            producer = create_producer(self._settings)
            opened.push_async_callback(stop_producer, producer)
            await producer.start()
            publisher = Publisher(producer, self._text_keys, self._settings.topic_prefix, store_id, self.log)
            opened.push_async_callback(publisher.close)
            opened.callback(self.progress.abandon)
            stream = await self._resume(saved, publisher)
            opened.push_async_callback(stream.close)
            feed = ChangeFeed(stream, self._clock)
            marks = topic_name(WATERMARKS, self._settings.topic_prefix)
            await together(
                feed.pump(),
                self._hand_over(feed, publisher),
                self.progress.settle(),
                self._keep_record(saved.republication),
                send_watermarks(producer, marks, self.progress, publisher, self._lease.check),
                check.watch(self.log),
            )

    async def _log_is_gone(self, why: str) -> Saved:
        # Durable before the first event goes out: a log half filled again looks as good as a whole one.
        log.error("Kafka's log is not the one that was filled: publishing the whole store again", reason=why)
        self._metrics.replaced_logs.inc()
        await self._records.ask_republication(why)
        return await self._records.read()

    async def _resume(self, saved: Saved, publisher: Publisher) -> AsyncCollectionChangeStream[Document]:
        if saved.record is not None and (stream := await self._reopen(saved.record.token)) is not None:
            return stream
        # The stream first: what is stored during the scan is in it, at worst twice.
        stream = await open_stream(self._events, None)
        await self._publish_whole_store(publisher)
        return stream

    async def _reopen(self, token: Token) -> AsyncCollectionChangeStream[Document] | None:
        """Return the stream behind the token, None where the server's history does not hold it."""
        answer = await self._events.database.command("ping")
        now: Timestamp = answer["operationTime"]
        try:
            if cluster_time(token) > (now.time, now.inc):
                raise OperationFailure("the saved position lies ahead of the server's history", INVALID_TOKEN)
            return await open_stream(self._events, token)
        except OperationFailure as error:
            if error.code not in HISTORY_LOST:
                raise
            log.warning("the saved position is not in the server's history: publishing the whole store again")
            return None

    async def _publish_whole_store(self, publisher: Publisher) -> None:
        left = await self._events.estimated_document_count()
        log.info("publishing the whole store", events=left)
        try:
            async for events in whole_store(self._events):
                self._metrics.republication_left.set(max(left, 1))
                self._lease.check()
                await (await publisher.publish(events))
                left -= len(events)
                self._metrics.published.inc(len(events))
        finally:
            self._metrics.republication_left.set(0)
        log.info("the whole store is published")

    async def _hand_over(self, feed: ChangeFeed, publisher: Publisher) -> None:
        while True:
            delivery = await feed.take()
            self._lease.check()
            acknowledged = await publisher.publish(delivery.events) if delivery.events else None
            await self.progress.add(delivery, acknowledged)

    async def _keep_record(self, republication: str | None) -> None:
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
            await self._records.save(self._snapshot(), self._term, republication)

    def _snapshot(self) -> RelayRecord:
        assert self.progress.token is not None and self.log is not None  # noqa: S101, PT018 - asked for only then
        return RelayRecord(self.progress.token, self.progress.position, self.progress.stored_until, self.log.copy())

    def _report(self, reported: int) -> int:
        self._metrics.published.inc(self.progress.events - reported)
        if self.progress.stored_until is not None:
            self._metrics.published_until.set(self.progress.stored_until.timestamp())
        oldest, now = self.progress.oldest_unacknowledged(), self._clock.now()
        self._metrics.lag.set(0 if oldest is None or now is None else max(0.0, (now - oldest).total_seconds()))
        return self.progress.events

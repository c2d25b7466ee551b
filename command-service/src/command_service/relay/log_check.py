"""Is the log on Kafka the one that this store has filled? Asked before the relay adds to it, and while it does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.asynchronous.collection import AsyncCollection

from command_service.relay.log_state import LogReplaced, LogState, digest
from command_service.relay.record import STORE_HEADER
from ticket_chassis.ending import to_the_end
from ticket_chassis.kafka import create_consumer, topic_name
from ticket_chassis.mongo import Document
from ticket_chassis.settings import ServiceSettings
from ticket_contracts.envelope import InvalidEnvelope, decode_envelope
from ticket_contracts.topics import EVENTS, TEXT_KEYS

TAIL = 200
NAMED = 20
POLL_MS = 1_000
STOP_LIMIT = 3.0
OFFSETS_LIMIT = 10.0
WATCH_SECONDS = 2.0

Missing = Callable[[Sequence[str]], Awaitable[set[str]]]


class WrongLog(Exception):
    """The log and the store do not belong together; the message says why and names tickets."""


@dataclass(slots=True)
class _Lost:
    """Events that a relay published and the store does not have: how many, and whose."""

    events: set[bytes] = field(default_factory=set)
    tickets: dict[str, None] = field(default_factory=dict)
    stores: set[str] = field(default_factory=set)


class LogCheck:
    """Compares the log with the store. `missing` returns those event ids that the store does not have.

    `foreign` counts, after a run, the messages that no relay wrote. All methods may raise KafkaError, and TimeoutError
    where the topics cannot be had for 10 s.
    """

    def __init__(self, consumer: AIOKafkaConsumer, prefix: str, store_id: str, missing: Missing) -> None:
        self._consumer = consumer
        self._topic = topic_name(EVENTS, prefix)
        self._partitions = [TopicPartition(self._topic, number) for number in range(EVENTS.partitions)]
        self._key_partitions = [TopicPartition(topic_name(TEXT_KEYS, prefix), n) for n in range(TEXT_KEYS.partitions)]
        self._store_id = store_id
        self._missing = missing
        self.foreign = 0

    async def run(self, known: LogState | None) -> tuple[LogState, str | None]:
        """Return the topics' state, and why they are not those that were `known`, None if they are.

        Raises WrongLog where events were published that the store does not have.
        """
        self._consumer.assign(self._partitions)
        why = None
        found = await self._look()
        try:
            if known is not None:
                known.compare(found)
            lost = await self._lost(found, known)
        except LogReplaced as replaced:
            why = str(replaced)
            lost = await self._lost(found, None)
        self._consumer.pause(*self._partitions)
        if lost.events:
            raise WrongLog(self._why(lost))
        return found, why

    async def watch(self, state: LogState) -> None:
        """Look every 2 s, for ever, whether the topics are still those of `state`, which follows what is published.

        Raises LogReplaced: topics that were deleted and made again are noticed although nothing is published.
        """
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            before = state.copy()
            try:
                found = await self._look()
            except (KafkaError, TimeoutError):
                continue  # the producer tells how long Kafka may be away
            before.compare(found)
            state.starts, state.keys_ends = found.starts, found.keys_ends

    async def _look(self) -> LogState:
        async with asyncio.timeout(OFFSETS_LIMIT):
            ends = await self._consumer.end_offsets([*self._partitions, *self._key_partitions])
            starts = await self._consumer.beginning_offsets(self._partitions)
        return LogState(
            published=[ends[tp] - 1 for tp in self._partitions],
            starts=[starts[tp] for tp in self._partitions],
            keys_ends=[ends[tp] for tp in self._key_partitions],
        )

    async def _lost(self, found: LogState, known: LogState | None) -> _Lost:
        """Return what the store lost; raises LogReplaced where a record is not the one that was `known`."""
        lost = _Lost()
        self.foreign = 0
        ends = self._seek(found, known)
        heard_at = monotonic()
        while ends:
            fetched: Mapping[TopicPartition, Sequence[Any]] = await self._consumer.getmany(timeout_ms=POLL_MS)
            if fetched.keys() & ends.keys():  # others may go on for ever behind their end
                heard_at = monotonic()
            elif monotonic() - heard_at > OFFSETS_LIMIT:
                raise TimeoutError("the end of the log cannot be read")
            for message in (message for messages in fetched.values() for message in messages):
                if known is not None:
                    known.compare_record(message.partition, message.offset, message.value)
                if message.offset == found.published[message.partition]:
                    found.digests[message.partition] = digest(message.value)
            events, others = _sort(message for messages in fetched.values() for message in messages)
            self.foreign += others
            for event_id in await self._missing(list(events)):
                ticket_id, store_id = events[event_id]
                lost.events.add(UUID(event_id).bytes)
                lost.tickets[ticket_id] = None
                lost.stores.add(store_id)
            ends = {tp: end for tp, end in ends.items() if await self._consumer.position(tp) < end}
        return lost

    def _seek(self, state: LogState, known: LogState | None) -> dict[TopicPartition, int]:
        """Go to what is to be compared; return the partitions that have any, with their ends."""
        wanted = {}
        for partition, last in zip(self._partitions, state.published, strict=True):
            # All that came after the last acknowledgement on record, that one itself, and a tail.
            published = -1 if known is None else known.published[partition.partition]
            position = max(state.starts[partition.partition], min(max(published, 0), last + 1 - TAIL))
            if position <= last:
                self._consumer.resume(partition)
                self._consumer.seek(partition, position)
                wanted[partition] = last + 1
            else:
                self._consumer.pause(partition)
        return wanted

    def _why(self, lost: _Lost) -> str:
        others = sorted(lost.stores - {self._store_id})
        why = f"it was filled from another store ({', '.join(others)})" if others else "as after a restored backup"
        return (
            f"Kafka is ahead of the store: {self._topic} holds events that the store does not have, {why}. "
            f"Found {len(lost.events)} events of {len(lost.tickets)} tickets: {', '.join(sorted(lost.tickets)[:NAMED])}"
        )


@asynccontextmanager
async def open_check(
    settings: ServiceSettings, events: AsyncCollection[Document], store_id: str
) -> AsyncIterator[LogCheck]:
    """Yield a check of the log that the settings name, against the events of this store."""

    async def missing(event_ids: Sequence[str]) -> set[str]:
        known = {row["_id"] async for row in events.find({"_id": {"$in": list(event_ids)}}, {"_id": 1})}
        return set(event_ids) - known

    # The client's own limit: a start that is cancelled leaves a connection open.
    consumer = create_consumer(settings, group_id=None, request_timeout_ms=int(OFFSETS_LIMIT * 1000))
    try:
        await consumer.start()
        yield LogCheck(consumer, settings.topic_prefix, store_id, missing)
    finally:
        with suppress(TimeoutError):
            await to_the_end(consumer.stop(), STOP_LIMIT)


def _sort(messages: Iterable[Any]) -> tuple[dict[str, tuple[str, str]], int]:
    """Return ticket and store of the events that a relay wrote, by event id, and how many came from elsewhere."""
    events: dict[str, tuple[str, str]] = {}
    foreign = 0
    for message in messages:
        store_id = dict(message.headers).get(STORE_HEADER)
        if store_id is None:
            foreign += 1
            continue
        try:
            envelope = decode_envelope(message.value or b"")
        except InvalidEnvelope:
            foreign += 1  # a header alone makes no event of ours
            continue
        events[envelope.id] = (envelope.subject, store_id.decode(errors="replace"))
    return events, foreign

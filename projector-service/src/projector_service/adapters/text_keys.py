"""The keys that open free text: read from their topic, kept in the projector's database, remembered in memory."""

import asyncio
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Set

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from projector_service.adapters.newer import IfNewer, write_if_newer
from ticket_chassis.mongo import Document
from ticket_contracts.text import TextKey
from ticket_contracts.topics import TEXT_KEYS

log = structlog.get_logger(__name__)

REMEMBERED = 50_000
CATCH_UP_LIMIT = 10.0
POLL_MS = 1_000

Known = tuple[int, bytes | None]
"""Version and key; None: forgotten."""


class KafkaTextKeys:
    """The port `TextKeys`; `run` has to run beside it."""

    def __init__(
        self, make_consumer: Callable[[], AIOKafkaConsumer], database: AsyncDatabase[Document], topic: str
    ) -> None:
        self._make_consumer = make_consumer
        self._db = database
        self._partitions = [TopicPartition(topic, p) for p in range(TEXT_KEYS.partitions)]
        self._consumer: AIOKafkaConsumer | None = None
        self._memory: OrderedDict[str, Known] = OrderedDict()
        self._moved = asyncio.Condition()
        self._storing = False
        self._read: dict[TopicPartition, int] = {}

    async def find(self, kids: Collection[str]) -> Mapping[str, bytes | None]:
        """Return the keys there are; raises TimeoutError when the topic cannot be read to its end in 10 s."""
        found = self._remembered(kids)
        for look in (self._look_up, self._look_up_at_the_end):
            if missing := set(kids) - found.keys():
                found |= await look(missing)
        self._trim()
        return {kid: key for kid, (_, key) in found.items()}

    async def run(self) -> None:
        """Read the topic for ever, from where the database stands."""
        consumer = self._make_consumer()
        try:
            await consumer.start()
            await self._start_at_stored_positions(consumer)
            self._consumer = consumer
            while True:
                await self._take(await consumer.getmany(timeout_ms=POLL_MS))
        finally:
            self._consumer = None
            await consumer.stop()

    def _remembered(self, kids: Collection[str]) -> dict[str, Known]:
        return {kid: self._memory[kid] for kid in kids if kid in self._memory}

    async def _look_up(self, kids: Set[str]) -> dict[str, Known]:
        cursor = self._db.text_keys.find({"_id": {"$in": list(kids)}})
        found: dict[str, Known] = {d["_id"]: (d["version"], d["key"]) async for d in cursor}
        self._remember(found)
        found |= self._remembered(kids)
        return found

    async def _look_up_at_the_end(self, kids: Set[str]) -> dict[str, Known]:
        """The event came sooner than its key: wait for the key, or until all that was published by now is read."""
        async with asyncio.timeout(CATCH_UP_LIMIT), self._moved:
            await self._moved.wait_for(lambda: self._consumer is not None)
            consumer = self._consumer
            assert consumer is not None  # noqa: S101 - just waited for
            if not kids <= self._memory.keys():
                ends = await self._ends(consumer)
                await self._moved.wait_for(lambda: kids <= self._memory.keys() or self._has_read(ends))
            found = self._remembered(kids)
        return found | (await self._look_up(missing) if (missing := kids - found.keys()) else {})

    def _has_read(self, ends: Mapping[TopicPartition, int]) -> bool:
        return all(self._read.get(tp, 0) >= end for tp, end in ends.items())

    async def _ends(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """Return where the partitions end; one made again since it was read is read from its start."""
        before = dict(self._read)
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(self._partitions)
        for tp, end in ends.items():
            if before.get(tp, 0) > end:
                log.warning("the topic of text keys was made again: it is read from the start", partition=tp.partition)
                self._read[tp] = 0
                consumer.seek(tp, 0)
        return ends

    async def _start_at_stored_positions(self, consumer: AIOKafkaConsumer) -> None:
        consumer.assign(self._partitions)
        stored = {d["_id"]: d["offset"] async for d in self._db.text_key_positions.find()}
        for tp in self._partitions:
            self._read[tp] = stored.get(tp.partition, -1) + 1
            consumer.seek(tp, self._read[tp])

    async def _take(self, fetched: Mapping[TopicPartition, list[ConsumerRecord]]) -> None:
        keys = [key for records in fetched.values() for record in records if (key := _decode(record)) is not None]
        for key in keys:
            self._remember({key.kid: (key.version, key_bytes(key))})
        self._read |= {tp: records[-1].offset + 1 for tp, records in fetched.items()}
        # Whoever waits for a key need not wait for the database too: after a crash the topic is read again.
        async with self._moved:
            self._moved.notify_all()
        if keys:
            # Until they are stored, the memory is the only place where these keys can be found.
            self._storing = True
            await self._store(keys)
            self._storing = False
            self._trim()
        if fetched:
            await self._db.text_key_positions.bulk_write(
                [
                    UpdateOne({"_id": tp.partition}, {"$set": {"offset": records[-1].offset}}, upsert=True)
                    for tp, records in fetched.items()
                ]
            )

    async def _store(self, keys: list[TextKey]) -> None:
        writes = [
            IfNewer({"_id": key.kid, "version": {"$lt": key.version}}, {"version": key.version, "key": key_bytes(key)})
            for key in keys
        ]
        await write_if_newer(self._db.text_keys, writes)

    def _remember(self, found: Mapping[str, Known]) -> None:
        for kid, known in found.items():
            if known[0] > self._memory.get(kid, (0, None))[0]:
                self._memory[kid] = known

    def _trim(self) -> None:
        while len(self._memory) > REMEMBERED and not self._storing:
            self._memory.popitem(last=False)


def key_bytes(key: TextKey) -> bytes | None:
    """Return the key itself, None: forgotten; raises ValueError where it is not in base64."""
    return None if key.key is None else b64decode(key.key, validate=True)


def read_key(value: bytes | None) -> TextKey | None:
    """Return the key in the value of a record, None where there is none to be read."""
    try:
        key = TextKey.model_validate_json(value or b"")
        key_bytes(key)
    except ValueError:  # a ValidationError is one, too
        return None
    return key


def _decode(record: ConsumerRecord) -> TextKey | None:
    key = read_key(record.value)
    if key is None:
        # Skipped for good: what was sealed under it cannot be opened, and its tickets park and say so.
        log.error("unreadable text key", topic=record.topic, partition=record.partition, offset=record.offset)
    return key

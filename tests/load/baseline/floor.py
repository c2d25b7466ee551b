"""The floor: one event at a time through the bare chain, with nothing else to do.

Insert with w:majority, change stream, Kafka, upsert, Kafka, upsert, change stream: what no pipeline of this shape on
these servers can be faster than, however little it computes. No process in between, no decoding, no rules.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

Collection = AsyncCollection[dict[str, Any]]

TOPICS = ("floor.events", "floor.views")
_LIMIT_S = 10.0


class Chain:
    """The chain, running; `pass_one` sends one event through it."""

    def __init__(self, stored: Collection) -> None:
        self._stored = stored
        self.arrived: asyncio.Queue[str] = asyncio.Queue()

    async def pass_one(self) -> float:
        """Return the seconds from before an insert until the last change stream shows what came of it."""
        event, started = str(uuid.uuid4()), time.perf_counter()
        async with asyncio.timeout(_LIMIT_S):
            await self._stored.insert_one({"_id": event, "state": "open"})
            while await self.arrived.get() != event:
                pass
        return time.perf_counter() - started


@asynccontextmanager
async def bare_chain(bootstrap: str, write_uri: str, view_uri: str, read_uri: str) -> AsyncIterator[Chain]:
    """Run the chain over three databases `floor`, one a step, and two topics, which it makes."""
    await _make_topics(bootstrap)
    async with AsyncExitStack() as stack:
        stored, viewed, shown = [
            await stack.enter_async_context(_collection(u)) for u in (write_uri, view_uri, read_uri)
        ]
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
        await producer.start()
        stack.push_async_callback(producer.stop)
        chain = Chain(stored)
        consumers = [await stack.enter_async_context(_consumer(bootstrap, topic)) for topic in TOPICS]
        streams = [await stack.enter_async_context(await each.watch()) for each in (stored, shown)]
        steps = (
            _relay(streams[0], producer),
            _project(consumers[0], viewed, producer),
            _ingest(consumers[1], shown),
            _show(streams[1], chain),
        )
        tasks = [asyncio.create_task(step) for step in steps]
        try:
            yield chain
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _relay(stream: Any, producer: AIOKafkaProducer) -> None:
    async for change in stream:
        await producer.send_and_wait(TOPICS[0], change["documentKey"]["_id"].encode())


async def _project(consumer: AIOKafkaConsumer, viewed: Collection, producer: AIOKafkaProducer) -> None:
    async for record in consumer:
        await _upsert(viewed, record.value.decode())
        await producer.send_and_wait(TOPICS[1], record.value)


async def _ingest(consumer: AIOKafkaConsumer, shown: Collection) -> None:
    async for record in consumer:
        await _upsert(shown, record.value.decode())


async def _show(stream: Any, chain: Chain) -> None:
    async for change in stream:
        chain.arrived.put_nowait(change["documentKey"]["_id"])


async def _upsert(collection: Collection, key: str) -> None:
    await collection.replace_one({"_id": key}, {"state": "open"}, upsert=True)


async def _make_topics(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1) for name in TOPICS])
    finally:
        await admin.close()


@asynccontextmanager
async def _collection(uri: str) -> AsyncIterator[Collection]:
    async with AsyncMongoClient[dict[str, Any]](uri, w="majority", journal=True) as client:
        yield client.floor.chain


@asynccontextmanager
async def _consumer(bootstrap: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()

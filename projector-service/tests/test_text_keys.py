"""The keys that open free text, from a real topic: found in time, kept, and forgotten for good."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from projector_service.adapters import text_keys
from projector_service.adapters.text_keys import KafkaTextKeys
from projector_service.settings import Settings
from tests.support.projector import EventLog, new_id
from tests.support.waiting import eventually
from ticket_chassis.kafka import create_consumer
from ticket_chassis.kafka_admin import kafka_admin
from ticket_chassis.topics import ensure_topics
from ticket_contracts.text import TextKey
from ticket_contracts.topics import TEXT_KEYS

pytestmark = pytest.mark.stack

NOW = datetime(2024, 5, 1, tzinfo=UTC)
SECRET = b"k" * 32


def consumer_of(settings: Settings) -> AIOKafkaConsumer:
    """Return a consumer as the service has it."""
    return create_consumer(settings, group_id=None)


def slow_consumer_of(settings: Settings) -> AIOKafkaConsumer:
    """Return one that hands out its first records only half a second after it was asked for the ends."""
    consumer, asked = consumer_of(settings), asyncio.Event()
    end_offsets, getmany = consumer.end_offsets, consumer.getmany

    async def ask(partitions: Collection[TopicPartition]) -> Any:
        ends = await end_offsets(partitions)
        asyncio.get_running_loop().call_later(0.5, asked.set)
        return ends

    async def get(**options: Any) -> Any:
        try:
            await asyncio.wait_for(asked.wait(), 0.1)
        except TimeoutError:
            return {}
        return await getmany(**options)

    consumer.end_offsets, consumer.getmany = ask, get
    return consumer


@asynccontextmanager
async def reading(
    settings: Settings, make_consumer: Callable[[Settings], AIOKafkaConsumer] = consumer_of
) -> AsyncIterator[KafkaTextKeys]:
    """Run a reader of the keys for the length of the block."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        topic = settings.topic_prefix + TEXT_KEYS.name
        keys = KafkaTextKeys(lambda: make_consumer(settings), client[settings.mongo_database], topic)
        task = asyncio.create_task(keys.run())
        try:
            yield keys
        finally:
            # Once is not enough: PyMongo may swallow a cancellation.
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=0.5)


async def publish(log: EventLog, kid: str, version: int, key: bytes | None) -> None:
    """Put a key on the topic."""
    text = None if key is None else b64encode(key).decode()
    record = TextKey(kid=kid, version=version, key=text, created_at=NOW, erased_at=None if key else NOW)
    await log.producer.send_and_wait(log.prefix + TEXT_KEYS.name, record.model_dump_json().encode(), key=kid.encode())


async def test_a_key_published_before_the_question_is_in_the_answer(settings: Settings, event_log: EventLog) -> None:
    kid, other = new_id(), new_id()
    await publish(event_log, kid, 1, SECRET)
    async with reading(settings) as keys:
        assert await keys.find([kid, other]) == {kid: SECRET}


@pytest.mark.parametrize("secret", ["A" * 43 + "!", "\u00e9" * 44, "=" * 44], ids=["padding", "letters", "nothing"])
async def test_a_key_that_is_none_is_passed_over(settings: Settings, event_log: EventLog, secret: str) -> None:
    bad, good = new_id(), new_id()
    topic = event_log.prefix + TEXT_KEYS.name
    for kid, text in ((bad, secret), (good, b64encode(SECRET).decode())):
        record = TextKey(kid=kid, version=1, key=text, created_at=NOW).model_dump_json().encode()
        await event_log.producer.send_and_wait(topic, record, key=kid.encode(), partition=0)
    async with reading(settings) as keys:
        assert await keys.find([bad, good]) == {good: SECRET}


async def test_a_memory_that_is_too_small_forgets_no_answer(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_keys, "REMEMBERED", 5)
    kids = [new_id() for _ in range(30)]
    for kid in kids:
        await publish(event_log, kid, 1, SECRET)
    async with reading(settings) as keys:
        assert len(await keys.find(kids)) == len(kids)
        assert len(await keys.find(kids[::-1])) == len(kids)


async def test_a_forgotten_key_stays_forgotten(settings: Settings, event_log: EventLog) -> None:
    kid = new_id()
    for version, key in ((1, SECRET), (2, None), (1, SECRET)):
        await publish(event_log, kid, version, key)
    for _ in range(2):
        async with reading(settings) as keys:

            async def forgotten(keys: KafkaTextKeys = keys) -> bool:
                return await keys.find([kid]) == {kid: None}

            await eventually(forgotten, "the key is forgotten")


async def test_many_keys_read_again_after_a_crash_cost_no_more_than_the_first_time(
    settings: Settings, event_log: EventLog
) -> None:
    kids = [new_id() for _ in range(2_000)]
    await asyncio.gather(*(publish(event_log, kid, 1, SECRET) for kid in kids))
    async with reading(settings) as keys:
        assert len(await keys.find(kids)) == len(kids)
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        database: AsyncDatabase[dict[str, Any]] = client[settings.mongo_database]
        await database.text_key_positions.delete_many({})
        async with reading(settings) as keys:
            await eventually(lambda: has_stored(settings, len(kids)), "all keys are read again", 10)
            assert len(await keys.find(kids)) == len(kids)


async def has_stored(settings: Settings, count: int) -> bool:
    """Say whether the positions stored are those after so many records."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        database: AsyncDatabase[dict[str, Any]] = client[settings.mongo_database]
        offsets: list[int] = [d["offset"] async for d in database.text_key_positions.find()]
        return sum(offset + 1 for offset in offsets) == count


async def make_again(settings: Settings) -> None:
    """Delete the topic of text keys and make it again, empty."""
    async with kafka_admin(settings.kafka_bootstrap_servers) as admin:
        await admin.delete_topics([settings.topic_prefix + TEXT_KEYS.name])
    await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_prefix, topics=[TEXT_KEYS])


async def test_of_a_topic_made_again_the_first_key_is_waited_for(settings: Settings, event_log: EventLog) -> None:
    count = 5 * TEXT_KEYS.partitions
    for _ in range(count):
        await publish(event_log, new_id(), 1, SECRET)
    async with reading(settings):
        await eventually(lambda: has_stored(settings, count), "how far it has read is stored")
    await make_again(settings)
    await publish(event_log, kid := new_id(), 1, SECRET)
    async with reading(settings, slow_consumer_of) as keys:
        assert await keys.find([kid]) == {kid: SECRET}

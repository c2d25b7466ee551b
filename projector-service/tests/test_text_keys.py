"""The keys that open free text, from a real topic: found in time, kept, and forgotten for good."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from projector_service.adapters import text_keys
from projector_service.adapters.text_keys import KafkaTextKeys
from projector_service.settings import Settings
from tests.support.projector import EventLog, new_id
from tests.support.waiting import eventually
from ticket_chassis.kafka import create_consumer
from ticket_contracts.text import TextKey
from ticket_contracts.topics import TEXT_KEYS

pytestmark = pytest.mark.stack

NOW = datetime(2024, 5, 1, tzinfo=UTC)
SECRET = b"k" * 32


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[KafkaTextKeys]:
    """Run a reader of the keys for the length of the block."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        topic = settings.topic_prefix + TEXT_KEYS.name
        keys = KafkaTextKeys(lambda: create_consumer(settings, group_id=None), client[settings.mongo_database], topic)
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

            async def all_read() -> bool:
                positions: list[int] = [d["offset"] async for d in database.text_key_positions.find()]
                return sum(offset + 1 for offset in positions) == len(kids)

            await eventually(all_read, "all keys are read again", 10)
            assert len(await keys.find(kids)) == len(kids)

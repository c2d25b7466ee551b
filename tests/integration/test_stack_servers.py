"""The session's servers are what the tests of every package take for granted."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

pytestmark = pytest.mark.stack


async def test_mongodb_has_transactions(mongo_uri: str, mongo_database: str) -> None:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri) as client:
        places: AsyncDatabase[dict[str, Any]] = client[mongo_database]
        async with client.start_session() as session, await session.start_transaction():
            await places["here"].insert_one({"_id": 1}, session=session)
            await places["there"].insert_one({"_id": 1}, session=session)
        assert await places["here"].count_documents({}) == await places["there"].count_documents({}) == 1


async def test_kafka_creates_no_topic_by_itself(kafka_bootstrap: str, topic_prefix: str) -> None:
    async with AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap) as consumer:
        consumer.subscribe([f"{topic_prefix}made-by-nobody"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(consumer.getone(), 0.5)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        assert f"{topic_prefix}made-by-nobody" not in await admin.list_topics()
    finally:
        await admin.close()

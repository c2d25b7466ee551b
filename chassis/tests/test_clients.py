"""Kafka and MongoDB clients with which nothing is lost and nothing hangs, on real servers."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import SecretStr
from pymongo.errors import PyMongoError

from devstack.ports import HOST, free_port
from ticket_chassis.kafka import create_consumer, create_producer, topic_name
from ticket_chassis.mongo import CALL_LIMIT_MS, connect, database, ping
from ticket_chassis.settings import ServiceSettings
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import EVENTS, STATS

TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"


def settings_of(kafka: str = f"{HOST}:1", mongo: str = f"mongodb://{HOST}:1", name: str = "trial") -> ServiceSettings:
    return ServiceSettings(port=0, mongo_uri=SecretStr(mongo), mongo_database=name, kafka_bootstrap_servers=kafka)


def test_a_topic_is_named_behind_the_prefix() -> None:
    assert topic_name(EVENTS, "") == "tickets.events.v1"
    assert topic_name(EVENTS, "t1.") == "t1.tickets.events.v1"


async def test_an_absent_database_is_noticed_within_its_limit() -> None:
    started = time.monotonic()
    async with connect(settings_of(mongo=f"mongodb://{HOST}:{free_port()}")) as client:
        with pytest.raises(PyMongoError):
            await ping(client)
    assert time.monotonic() - started < CALL_LIMIT_MS / 1000 + 3


@pytest.mark.stack
async def test_what_is_written_is_durable_and_times_come_back_in_utc(mongo_uri: str, mongo_database: str) -> None:
    settings = settings_of(mongo=mongo_uri, name=mongo_database)
    async with connect(settings) as client:
        await ping(client)
        own = database(client, settings)
        assert own.name == mongo_database
        assert own.write_concern.document == {"w": "majority", "j": True}
        await own["times"].insert_one({"_id": 1, "at": datetime(2024, 5, 1, 12, tzinfo=UTC)})
        assert await own["times"].find_one() == {"_id": 1, "at": datetime(2024, 5, 1, 12, tzinfo=UTC)}


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a started producer."""
    async with create_producer(settings_of(kafka_bootstrap)) as started:
        yield started


@pytest.mark.stack
async def test_a_message_goes_where_its_ticket_lives_and_a_new_group_reads_it_from_the_start(
    kafka_bootstrap: str, topics: str, producer: AIOKafkaProducer
) -> None:
    name = topic_name(EVENTS, topics)
    sent = await producer.send_and_wait(name, b"{}", key=TICKET.encode())
    assert sent.partition == partition_of(TICKET)
    consumer: AIOKafkaConsumer = create_consumer(settings_of(kafka_bootstrap), group_id=f"{topics}group")
    consumer.subscribe([name])
    async with consumer:
        record = await consumer.getone()
        assert (record.partition, record.offset, record.key) == (sent.partition, sent.offset, TICKET.encode())
        (assigned,) = [tp for tp in consumer.assignment() if tp.partition == sent.partition]
    async with create_consumer(settings_of(kafka_bootstrap), group_id=f"{topics}group") as again:
        assert await again.committed(assigned) is None


@pytest.mark.stack
async def test_the_largest_record_of_the_contracts_is_sent(topics: str, producer: AIOKafkaProducer) -> None:
    body = b"x" * (STATS.max_message_bytes - 1024)
    await producer.send_and_wait(topic_name(STATS, topics), body, key=b"0", partition=0)

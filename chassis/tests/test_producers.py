"""A producer that cannot get rid of what it was given ends nevertheless, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr

from tests.support.never_delivering import never_delivering
from tests.support.topics import delete_topics
from tests.support.waiting import eventually
from ticket_chassis import producers
from ticket_chassis.kafka import create_producer
from ticket_chassis.producers import stop_producer
from ticket_chassis.settings import ServiceSettings

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producers, "STOP_LIMIT", 0.5)


@pytest.fixture
async def topic(kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[str]:
    """Yield a topic."""
    name = f"{topic_prefix}.t"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()
    yield name
    await delete_topics(kafka_bootstrap, topic_prefix)


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AIOKafkaProducer:
    """Return a producer as services have it, not started."""
    uri = SecretStr("mongodb://nobody")
    return create_producer(
        ServiceSettings(port=1, mongo_uri=uri, mongo_database="d", kafka_bootstrap_servers=kafka_bootstrap)
    )


async def test_it_leaves_no_task_and_no_connection(producer: AIOKafkaProducer, topic: str) -> None:
    before = asyncio.all_tasks()
    await never_delivering(producer).start()
    delivery = await producer.send(topic, b"v")
    await asyncio.wait_for(stop_producer(producer), 10)
    with pytest.raises(KafkaConnectionError):
        await delivery
    assert not any(c.connected() for c in producer.client._conns.values())

    async def alone() -> bool:
        return asyncio.all_tasks() <= before

    await eventually(alone, "no task of its is left", 5)


async def test_it_is_seen_through_although_the_caller_is_cancelled(producer: AIOKafkaProducer, topic: str) -> None:
    await never_delivering(producer).start()
    await producer.send(topic, b"v")
    stopping = asyncio.create_task(stop_producer(producer))
    for _ in range(3):
        await asyncio.sleep(0)
        stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(stopping), 10)
    assert producer._sender.sender_task.done()
    assert not any(c.connected() for c in producer.client._conns.values())


async def test_what_can_be_delivered_is(producer: AIOKafkaProducer, topic: str) -> None:
    await producer.start()
    delivery = await producer.send(topic, b"v")
    await stop_producer(producer)
    assert (await delivery).offset == 0

"""Kafka takes nothing: whoever wanted to write there has its turn back within a time limit."""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaProducer

from projector_service.adapters import control_log, kafka_notices, kafka_topics
from projector_service.adapters.kafka_topics import KafkaReadTopics
from projector_service.domain.counters import Counters
from projector_service.domain.generations import Generation, State
from projector_service.projections.effects import BatchPlan
from projector_service.settings import Settings
from tests.support.never_delivering import never_delivering
from tests.support.projector import NOON, new_id
from tests.support.waiting import eventually
from ticket_chassis import producers
from ticket_chassis.kafka import create_producer
from ticket_contracts.control import Redrive
from ticket_contracts.topics import GENERATIONS

pytestmark = pytest.mark.stack

LIMIT = 10.0


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((control_log, "SEND_LIMIT"), (kafka_notices, "NOTICE_LIMIT"), (kafka_topics, "PUBLISH_LIMIT")):
        monkeypatch.setattr(module, name, 1.0)
    monkeypatch.setattr(producers, "STOP_LIMIT", 0.5)


def stuck(settings: Settings) -> AIOKafkaProducer:
    """Return the producer that is had now."""
    return never_delivering(create_producer(settings))


async def test_readers_are_not_told(settings: Settings) -> None:
    serving = Generation(1, State.SERVING, 1, NOON)
    topic = settings.topic_prefix + GENERATIONS.name
    async with asyncio.timeout(LIMIT):
        with pytest.raises(TimeoutError):
            await kafka_notices.tell_readers(lambda: stuck(settings), topic, [serving])


async def test_a_request_is_not_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_log, "create_producer", stuck)
    async with asyncio.timeout(LIMIT):
        with pytest.raises(TimeoutError):
            async with control_log.control_log(settings) as requests:
                await requests.write(new_id(), Redrive(operator="eve"))


async def test_a_batch_is_not_published(settings: Settings) -> None:
    async def end_of(_topic: str, _partition: int) -> int:
        return 0

    topics = KafkaReadTopics(lambda: stuck(settings), end_of, lambda t: settings.topic_prefix + t.name, "", {})
    before = asyncio.all_tasks()
    async with asyncio.timeout(LIMIT):
        with pytest.raises(TimeoutError):
            await topics.publish(BatchPlan({0: Counters(0)}, {0: -1}, {}), time.time_ns() // 10**6)

    async def alone() -> bool:
        return asyncio.all_tasks() <= before

    await eventually(alone, "nothing goes on trying", 5)

"""A projector in this process, on the session's real servers, and a log to feed it from."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import SecretStr

from projector_service.adapters.kafka_topics import KafkaReadTopics
from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.at_work import GenerationAtWork
from projector_service.bootstrap import Service, bootstrap, running
from projector_service.settings import Settings
from tests.support.event_types import type_of
from tests.support.waiting import eventually
from ticket_contracts.envelope import Envelope
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import EVENTS, Topic

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CREATED = {
    "customer": {"id": "c-1", "contact": None},
    "subject": "Printer",
    "message": "It  is\non fire",
    "channel": "web",
    "priority": "high",
}


def new_id() -> str:
    """Return a fresh UUID."""
    return str(uuid.uuid4())


def ids_in_partition(partition: int, count: int) -> list[str]:
    """Return fresh ticket ids that all live in one partition."""
    found: list[str] = []
    while len(found) < count:
        candidate = new_id()
        if partition_of(candidate) == partition:
            found.append(candidate)
    return found


def envelope(ticket_id: str, version: int, name: str, data: dict[str, Any] | None = None, **more: Any) -> Envelope:
    """Return an event of a ticket."""
    fields: dict[str, Any] = {"id": new_id(), "time": NOON, "recordedtime": NOON} | more
    return Envelope(type=type_of(name), subject=ticket_id, ticketversion=version, data=data or {}, **fields)


def created(ticket_id: str, **data: Any) -> Envelope:
    """Return the first event of a ticket."""
    return envelope(ticket_id, 1, "TicketCreated", CREATED | data)


@dataclass
class EventLog:
    """Writes to the events topic by hand and reads the read topics back."""

    bootstrap_servers: str
    prefix: str
    producer: AIOKafkaProducer
    last: dict[int, int] = field(default_factory=dict)

    async def send(self, message: Envelope, key: str | None = None) -> int:
        """Append an event; returns its offset."""
        return await self.send_raw((key or message.subject).encode(), message.encode())

    async def send_raw(self, key: bytes | None, value: bytes | None, partition: int | None = None) -> int:
        """Append any bytes."""
        topic = self.prefix + EVENTS.name
        sent = await self.producer.send_and_wait(topic, value, key=key, partition=partition)
        self.last[sent.partition] = sent.offset
        return int(sent.offset)

    async def read(self, topic: Topic) -> list[Any]:
        """Return all records of a topic there are by now, in order by partition."""
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers) as consumer:
            partitions = [TopicPartition(self.prefix + topic.name, p) for p in range(topic.partitions)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            records: list[Any] = []
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records += batch
            return records

    async def newest(self, topic: Topic) -> dict[str, bytes]:
        """Return the last value of each key, as compaction would leave it."""
        return {record.key.decode(): record.value for record in await self.read(topic)}


@pytest.fixture
async def event_log(kafka_bootstrap: str, topics: str) -> AsyncIterator[EventLog]:
    """Yield a log on fresh topics."""
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True) as producer:
        yield EventLog(kafka_bootstrap, topics, producer)


@pytest.fixture
def settings(kafka_bootstrap: str, mongo_uri: str, mongo_database: str, topics: str) -> Settings:
    """Return settings for a projector on this test's topics and database."""
    return Settings(
        mongo_uri=SecretStr(mongo_uri),
        mongo_database=mongo_database,
        kafka_bootstrap_servers=kafka_bootstrap,
        topic_prefix=topics,
    )


@dataclass(frozen=True)
class RunningProjector:
    """A service that runs, and the parts of the generation that serves."""

    service: Service
    serving: GenerationAtWork

    @property
    def store(self) -> MongoReadStore:
        """Its documents."""
        return self.serving.store

    @property
    def topics(self) -> KafkaReadTopics:
        """Its topics."""
        return self.serving.topics


@asynccontextmanager
async def projecting(settings: Settings) -> AsyncIterator[RunningProjector]:
    """Run a projector for the length of the block."""
    service = bootstrap(settings)
    async with running(service):

        async def serving() -> GenerationAtWork | None:
            return service.keeper.serving

        at_work = await eventually(serving, "a generation serves")
        assert at_work is not None
        yield RunningProjector(service, at_work)


async def caught_up(service: RunningProjector, log: EventLog) -> None:
    """Return when all that was sent to `log` is stored, published and positioned."""

    async def done() -> bool:
        positions = await service.store.positions(log.last)
        return all(positions[p].offset >= offset for p, offset in log.last.items())

    await eventually(done, "catching up")

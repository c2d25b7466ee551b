"""Fixtures for tests on real servers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from aiokafka import TopicPartition
from pydantic import SecretStr
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database

from command_service.adapters.event_store import MongoEventStore
from command_service.adapters.text_keys import MongoTextKeys
from command_service.bootstrap import assemble, build_relay, utc_now
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.create_ticket import CreateTicket
from command_service.execution.admission import Admission
from command_service.execution.request import CommandRequest
from command_service.relay.freshness import Freshness
from command_service.relay.relay import Relay
from command_service.relay.verdict import Verdict
from command_service.settings import CommandSettings
from devstack.ports import free_port
from tests.support.topics import delete_topics
from ticket_chassis.kafka import create_consumer
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document, connect, database
from ticket_chassis.topics import ensure_topics
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import EVENTS, TEXT_KEYS, WATERMARKS, Topic


@pytest.fixture
def mongo_settings(mongo_uri: str, mongo_database: str) -> CommandSettings:
    """Settings with a database of the test's own, and no Kafka."""
    return CommandSettings(
        mongo_uri=SecretStr(mongo_uri), mongo_database=mongo_database, kafka_bootstrap_servers="127.0.0.1:1"
    )


@pytest.fixture
async def mongo_client(mongo_settings: CommandSettings) -> AsyncIterator[AsyncMongoClient[Document]]:
    """A client as the service has it."""
    async with connect(mongo_settings) as client:
        yield client


@pytest.fixture
def own(mongo_client: AsyncMongoClient[Document], mongo_settings: CommandSettings) -> AsyncDatabase[Document]:
    """The test's own database."""
    return database(mongo_client, mongo_settings)


class Rig:
    """Commands go in, relays are started and stopped, the log is read."""

    def __init__(
        self, client: AsyncMongoClient[Document], own: AsyncDatabase[Document], settings: CommandSettings
    ) -> None:
        self.client, self.own, self.settings = client, own, settings
        metrics = Metrics("test")
        self._keys = MongoTextKeys(own, utc_now)
        self.handler = assemble(MongoEventStore(own, metrics), self._keys, metrics).handler
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> tuple[Relay, asyncio.Task[None]]:
        """Start a relay, as another instance would."""
        keys = MongoTextKeys(self.own, utc_now)
        verdict = Verdict(self.settings, self.own, Admission())
        relay = build_relay(self.settings, self.own, keys, Metrics("test"), verdict)
        task = asyncio.create_task(relay.run())
        self._running.append(task)
        return relay, task

    async def stop(self, task: asyncio.Task[None]) -> None:
        """End a relay in order."""
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def stop_all(self) -> None:
        """End all relays."""
        for task in self._running:
            await self.stop(task)

    async def write(self, tickets: int = 3, notes: int = 3) -> list[str]:
        """Create tickets, each with notes; return their ids."""
        made = []
        for number in range(tickets):
            ticket_id = str(uuid4())
            create = CreateTicket(customer_id=f"c{number}", subject="s", message="m")
            await self.handler.execute(CommandRequest(ticket_id, create))
            await self.note(ticket_id, notes)
            made.append(ticket_id)
        return made

    async def note(self, ticket_id: str, count: int = 1) -> None:
        """Change a ticket."""
        for number in range(count):
            await self.handler.execute(CommandRequest(ticket_id, AddAgentNote(note=f"note {number}")))

    def freshness(self, relay: Relay | None, wait: float = 10.0) -> Freshness:
        """The freshness that the instance with this relay (None: one without) answers."""
        return Freshness(self.client, self.own, relay, wait)

    async def published(self) -> None:
        """Wait until everything stored by now is on Kafka."""

        async def caught_up() -> bool:
            return (await self.freshness(None, wait=5).read()).lag_ms == 0

        await self.until(caught_up)

    async def until(self, condition: Callable[[], Awaitable[bool]], limit: float = 30) -> None:
        """Wait until the condition holds; raises TimeoutError after `limit` seconds."""
        async with asyncio.timeout(limit):
            while not await condition():  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.05)

    async def read(self, topic: Topic) -> list[Any]:
        """Return all records of a topic, by partition and offset."""
        async with create_consumer(self.settings, group_id=None) as consumer:
            parts = [TopicPartition(self.settings.topic_prefix + topic.name, n) for n in range(topic.partitions)]
            consumer.assign(parts)
            ends = {part: end for part, end in (await consumer.end_offsets(parts)).items() if end}
            records: list[Any] = []
            while ends:
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    records += some
                ends = {part: end for part, end in ends.items() if await consumer.position(part) < end}
        return sorted(records, key=lambda record: (record.partition, record.offset))

    async def versions(self) -> dict[str, list[int]]:
        """Return the versions of each ticket in the order of their first delivery."""
        found: dict[str, list[int]] = {}
        for record in await self.read(EVENTS):
            envelope = decode_envelope(record.value)
            assert record.key.decode() == envelope.subject
            assert record.partition == partition_of(envelope.subject)
            assert envelope.ticketversion is not None
            seen = found.setdefault(envelope.subject, [])
            if envelope.ticketversion not in seen:
                seen.append(envelope.ticketversion)
        return found


@pytest.fixture
async def rig(
    mongo_client: AsyncMongoClient[Document],
    own: AsyncDatabase[Document],
    mongo_settings: CommandSettings,
    kafka_bootstrap: str,
    topic_prefix: str,
) -> AsyncIterator[Rig]:
    """The write side with relays to start and stop, on servers and the relay's topics of its own."""
    await ensure_topics(kafka_bootstrap, topic_prefix, topics=(EVENTS, TEXT_KEYS, WATERMARKS))
    settings = mongo_settings.model_copy(
        update={"kafka_bootstrap_servers": kafka_bootstrap, "topic_prefix": topic_prefix}
    )
    rig = Rig(mongo_client, own, settings)
    yield rig
    await rig.stop_all()
    await delete_topics(kafka_bootstrap, topic_prefix)


@dataclass(frozen=True)
class Served:
    """Instances of the service as production runs them, without a relay, and the database that they share."""

    urls: tuple[str, ...]
    own: Database[Document]

    def stored(self) -> int:
        """Return how many events there are."""
        return self.own["events"].count_documents({})

    @staticmethod
    def refused(answer: httpx2.Response) -> tuple[int, str]:
        """Return status and code of an answer that must be a problem document."""
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == answer.status_code
        return answer.status_code, body["code"]


@pytest.fixture(scope="session")
def served(mongo_uri: str) -> Iterator[Served]:
    """Two instances on one database, for all tests of a session."""
    name = f"test_{uuid4().hex}"
    with MongoClient[Document](mongo_uri, tz_aware=True) as client, ExitStack() as running:
        urls = tuple(running.enter_context(_instance(mongo_uri, name)) for _ in range(2))
        yield Served(urls, client[name])
        client.drop_database(name)


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    """A client of the first instance."""
    with httpx2.Client(base_url=served.urls[0], timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def ticket(http: httpx2.Client) -> str:
    """The id of a ticket that is open."""
    made = http.post("/tickets", json={"customer_id": "c", "subject": "s", "message": "m"})
    return str(made.json()["id"])


@contextmanager
def _instance(mongo_uri: str, name: str) -> Iterator[str]:
    port = free_port()
    settings = {
        "PORT": str(port),
        "MONGO_URI": mongo_uri,
        "MONGO_DATABASE": name,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "RELAY_ENABLED": "false",
        "LOG_LEVEL": "warning",
    }
    process = subprocess.Popen([sys.executable, "-m", "command_service"], env=os.environ | settings)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_ready(f"{url}/readyz")
        yield url
    finally:
        process.terminate()
        process.wait(15)


def _wait_ready(url: str, limit: float = 60.0) -> None:
    deadline = monotonic() + limit
    while monotonic() < deadline:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        sleep(0.05)
    raise TimeoutError(url)

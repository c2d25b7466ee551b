"""Several workers behind one port keep every promise of one, and go on where one of them is killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from aiokafka import AIOKafkaProducer

from devstack.ports import free_port
from query_service.settings import QuerySettings
from tests.support.a_changing_ticket import (
    PARTITION,
    PATHS,
    TICKET,
    Conditional,
    History,
    Pipeline,
    read_plainly,
    read_with_token,
)
from tests.support.read_topics import Projector
from tests.support.waiting import eventually
from ticket_chassis.settings import SettingsError, load_settings
from ticket_contracts.partitioning import PARTITIONS

WORKERS = 2
VERSIONS = 20
HEAL_S = 90.0
"""For whatever takes a start or a rebalance, on a busy machine."""


class Running:
    """The service as a process with its workers."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self._log = log

    def events(self, event: str) -> list[dict[str, Any]]:
        """Return what it has logged of one kind."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.endswith("}")]
        return [line for line in lines if line["event"] == event]

    def partitions(self) -> dict[int, set[int]]:
        """Return which partitions each worker was assigned last, by its number."""
        return {line["worker"]: set(line["partitions"]) for line in self.events("partitions assigned")}

    def pid_of(self, worker: int) -> int:
        """Return the process that is in a worker's place."""
        return int([line["pid"] for line in self.events("worker begins") if line["worker"] == worker][-1])

    async def has_lost(self, pid: int) -> bool:
        """Say whether a worker is gone, and with it the connections that it had not taken yet."""
        return not psutil.pid_exists(pid)

    async def answer(self, path: str, **headers: str) -> httpx2.Response:
        """Return an answer on a connection of its own, from whichever worker the kernel chose."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            return await client.get(path, headers=headers)

    async def is_ready(self) -> bool:
        """Say whether all its workers are there and ready."""
        try:
            return (await self.answer("/readyz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def have_split(self) -> bool:
        """Say whether each partition belongs to one of the workers."""
        owned = self.partitions().values()
        return len(owned) == WORKERS and sorted(p for each in owned for p in each) == list(range(PARTITIONS))

    async def shows(self, version: int) -> bool:
        """Say whether tickets and dashboard, asked without a token, show a version."""
        ticket, dashboard = await self.answer(f"/tickets/{TICKET}"), await self.answer("/dashboard")
        return (ticket.json()["version"], dashboard.json()["total"]) == (version, version)

    @asynccontextmanager
    async def client_of(self, worker: int) -> AsyncIterator[httpx2.AsyncClient]:
        """Yield a client whose one connection is with that worker."""
        limits = httpx2.Limits(max_connections=1, keepalive_expiry=None)
        async with AsyncExitStack() as stack:
            for _ in range(100):
                client = httpx2.AsyncClient(base_url=self.url, timeout=30, limits=limits)
                await stack.enter_async_context(client)
                port = (await client.get("/healthz")).extensions["network_stream"].get_extra_info("client_addr")[1]
                if port in _peers(self.pid_of(worker)):
                    yield client
                    return
        pytest.fail(f"no connection with worker {worker}")


def _peers(pid: int) -> set[int]:
    return {connection.raddr.port for connection in psutil.Process(pid).net_connections("tcp") if connection.raddr}


@pytest.fixture
async def service(settings: QuerySettings, tmp_path: Path) -> AsyncIterator[Running]:
    """Yield the service with its workers; it and they are gone afterwards."""
    port, log = free_port(), tmp_path / "log"
    environment = {
        "PORT": str(port),
        "WORKERS": str(WORKERS),
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DATABASE": settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PREFIX": settings.topic_prefix,
    }
    with log.open("wb") as out:
        command = [sys.executable, "-m", "query_service"]
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment)  # noqa: S603, ASYNC220
    running = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        yield running
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


@pytest.fixture
async def projector(settings: QuerySettings) -> AsyncIterator[Projector]:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers) as producer:
        yield Projector(producer, settings)


async def told(client: httpx2.AsyncClient, until: int, after: str = "") -> list[tuple[str, int]]:
    """Return id and version of what a stream tells, from where it is opened to a version."""
    events: list[tuple[str, int]] = []
    event_id = ""
    headers = {"Last-Event-ID": after} if after else {}
    async with asyncio.timeout(HEAL_S), client.stream("GET", "/stream", headers=headers) as answer:
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                event_id = value
            if name == "data" and "version" in (data := json.loads(value)):
                events.append((event_id, data["version"]))
                if data["version"] >= until:
                    break
    return events


async def read_on(client: httpx2.AsyncClient, history: History, counts: Counter[str], until: asyncio.Event) -> None:
    """Read all the time, in every way."""
    conditional = Conditional()
    while not until.is_set():
        for path in PATHS:
            await read_plainly(client, path, history, counts)
            for _ in range(3):  # the first one sees the last change, most of the time
                await conditional.read(client, path, history, counts)
            await read_with_token(client, path, len(history.stored), counts)


def between(events: Sequence[tuple[str, int]], first: int, last: int) -> list[int]:
    """Return which versions were told from `first` to `last`; not all are, for ingest stores the latest of a round."""
    versions = [version for _, version in events]
    assert versions == sorted(versions)
    return sorted({version for version in versions if first <= version <= last})


@pytest.mark.parametrize("number", ["0", "65", "two"])
def test_a_wrong_number_is_refused_by_name(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MONGO_URI": "mongodb://host/db", "MONGO_DATABASE": "db", "KAFKA_BOOTSTRAP_SERVERS": "h:1", "WORKERS": number
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="WORKERS"):
        load_settings(QuerySettings)


@pytest.mark.stack
@pytest.mark.timeout(400)
async def test_every_promise_holds_at_each_worker_and_after_one_is_killed(
    service: Running, projector: Projector, a_view: Callable[..., Any], a_count: Callable[..., Any]
) -> None:
    history, counts, enough = History(), Counter[str](), asyncio.Event()
    pipeline = Pipeline(projector, history, a_view, a_count)
    await pipeline.go_on()
    await eventually(service.is_ready, "ready", deadline=HEAL_S)
    await eventually(service.have_split, "partitions split", deadline=HEAL_S)
    assert psutil.Process(service.process.pid).num_threads() == 1, "a fork is sound where there is one thread"
    await eventually(partial(service.shows, 1), "the first version", deadline=HEAL_S)

    async with AsyncExitStack() as stack:
        workers = range(1, WORKERS + 1)
        readers = [await stack.enter_async_context(service.client_of(n)) for n in workers for _ in range(2)]
        listeners = [await stack.enter_async_context(service.client_of(n)) for n in workers]
        async with asyncio.TaskGroup() as tasks:
            streams = [tasks.create_task(told(client, VERSIONS)) for client in listeners]
            for client in readers:
                tasks.create_task(read_on(client, history, counts, enough))
            while len(history.stored) < VERSIONS or not all(stream.done() for stream in streams):
                await pipeline.go_on()
            enough.set()
        assert min(counts["plain"], counts["token"], counts["not modified"]) > VERSIONS
        one, other = (stream.result() for stream in streams)
        both = max(one[0][1], other[0][1]), min(one[-1][1], other[-1][1])
        assert between(one, *both) == between(other, *both)
        # What one worker told is resumed from at the other.
        event_id, version = one[0]
        client = await stack.enter_async_context(service.client_of(2))
        resumed = await told(client, len(history.stored), event_id)
        assert between(resumed, version + 1, one[-1][1]) == between(one, version + 1, one[-1][1])

    (owner,) = (worker for worker, owned in service.partitions().items() if PARTITION in owned)
    killed = service.pid_of(owner)
    os.kill(killed, signal.SIGKILL)
    await eventually(partial(service.has_lost, killed), "the end of the worker")
    for _ in range(10):
        assert (await service.answer(f"/tickets/{TICKET}")).status_code == 200
    await pipeline.go_on()
    await eventually(partial(service.shows, len(history.stored)), "what came after the kill", deadline=HEAL_S)
    await eventually(service.is_ready, "ready again", deadline=HEAL_S)
    await eventually(service.have_split, "partitions split again", deadline=HEAL_S)
    assert service.pid_of(owner) != killed
    await pipeline.go_on()
    for worker in range(1, WORKERS + 1):
        async with service.client_of(worker) as client:
            for path in PATHS:
                await read_with_token(client, path, len(history.stored), counts)

    service.process.terminate()
    assert await asyncio.to_thread(service.process.wait, 20) == -signal.SIGTERM
    assert not service.events("worker does not end, killed")

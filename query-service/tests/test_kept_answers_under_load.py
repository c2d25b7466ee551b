"""Two processes on one database keep answers under load: tokens hold, and nothing is older than its lag says.

A writer sends versions of a ticket with counters and watermarks, so that it is known when each was stored; readers ask
either process for the ticket, lists and the dashboard, with a token and without. In the midst of it all goes over to
another generation.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from query_service.settings import QuerySettings
from tests.support.read_topics import Projector, serving
from tests.support.waiting import eventually
from ticket_contracts.partitioning import PARTITIONS, partition_of
from ticket_contracts.topics import STATS, VIEWS, WATERMARKS
from ticket_contracts.watermarks import Watermark

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
PARTITION = partition_of(TICKET)
"""Owned by one of the two; the other one only hears of it."""

VERSIONS = 25
READERS = 4
PATHS = [f"/tickets/{TICKET}", "/tickets?status=open", "/tickets?limit=1&sort=created_at", "/dashboard"]
UNAVAILABLE = 503
"""On a busy machine the database may take longer than a call may: no answer is not a wrong one."""

MILLISECOND = timedelta(milliseconds=1)


class History:
    """When each version was stored, and the highest one that has been sent."""

    def __init__(self) -> None:
        self.stored: list[datetime] = []

    def least_at(self, time: datetime) -> int:
        """Return the highest version stored before a time."""
        return sum(stored < time for stored in self.stored)


class Pipeline:
    """Command service, relay and projector in one: what they send for one more version, to each generation."""

    def __init__(self, projector: Projector, history: History, a_view: Any, a_count: Any) -> None:
        self._projector = projector
        self._history = history
        self._a_view = a_view
        self._a_count = a_count
        self.generations = [1]

    async def go_on(self) -> None:
        """Store the next version and bring it to the read topics."""
        now = datetime.now(UTC)
        self._history.stored.append(now)
        for generation in self.generations:
            await self.send_latest(generation)
        await self.tell_time()

    async def send_latest(self, generation: int) -> None:
        """Send the ticket as it is, and its counters."""
        version, now = len(self._history.stored), self._history.stored[-1]
        view = self._a_view(TICKET, version, updated_at=now, subject=str(version))
        offset = await self._projector.send(VIEWS, view, generation)
        counters = self._a_count(PARTITION, version, views_offset=offset, total=version)
        await self._projector.send(STATS, counters, generation)

    async def tell_time(self) -> None:
        """Send the watermarks of now: all that is stored is published."""
        version, now = len(self._history.stored), datetime.now(UTC)
        for partition in range(PARTITIONS):
            published = version if partition == PARTITION else -1
            mark = Watermark(partition=partition, published=published, stored_until=now, at=now)
            await self._projector.send(WATERMARKS, mark)


@pytest.fixture
async def projector(settings: QuerySettings) -> AsyncIterator[Projector]:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers) as producer:
        yield Projector(producer, settings)


def version_in(path: str, response: httpx2.Response) -> int:
    """Return which version an answer shows."""
    assert response.status_code == 200, response.text
    body = response.json()
    if path == "/dashboard":
        return int(body["total"])
    return int(body["version"] if isinstance(body, dict) else body[0]["version"])


async def read_plainly(client: httpx2.AsyncClient, path: str, history: History, counts: Counter[str]) -> None:
    """Read without a token; fails where the answer is older than it says."""
    asked = datetime.now(UTC)
    response = await client.get(path)
    if response.status_code == UNAVAILABLE:
        return
    lag = timedelta(milliseconds=int(response.headers["projection-lag-ms"]) + 1)
    least, shown = history.least_at(asked - lag - MILLISECOND), version_in(path, response)
    assert shown >= least, f"{path} shows {shown}, but by its lag of {lag} it holds {least}"
    counts["plain"] += 1


async def read_with_token(client: httpx2.AsyncClient, path: str, version: int, counts: Counter[str]) -> None:
    """Read with a token; fails where the answer does not show it."""
    headers = {"Consistency-Token": f"{TICKET}:{version}", "Prefer": "wait=10"}
    response = await client.get(path, headers=headers)
    if response.status_code == UNAVAILABLE:
        return
    assert version_in(path, response) >= version, path
    assert response.headers["consistency"] == "satisfied"
    counts["token"] += 1


async def read_on(client: httpx2.AsyncClient, history: History, counts: Counter[str], until: asyncio.Event) -> None:
    """Read all the time, now with a token and now without."""
    while not until.is_set():
        for path in PATHS:
            await read_plainly(client, path, history, counts)
            await read_plainly(client, path, history, counts)
            await read_with_token(client, path, len(history.stored), counts)


async def serves_second(client: httpx2.AsyncClient) -> bool:
    return bool((await client.get("/readyz")).json()["details"]["generation"].startswith("2"))


async def is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def keeps_answers(client: httpx2.AsyncClient) -> bool:
    await client.get("/tickets")
    lines = (await client.get("/metrics")).text.splitlines()
    (kept,) = (line for line in lines if line.startswith("tickets_query_kept_answers_bytes "))
    return float(kept.split()[1]) > 0


async def given_from_memory(client: httpx2.AsyncClient) -> float:
    lines = (await client.get("/metrics")).text.splitlines()
    (given,) = (line for line in lines if line.startswith("tickets_query_kept_answers_given_total "))
    return float(given.split()[1])


async def test_tokens_hold_and_no_answer_is_older_than_it_says(
    settings: QuerySettings, projector: Projector, a_view: Any, a_count: Any
) -> None:
    history, counts, enough = History(), Counter[str](), asyncio.Event()
    pipeline = Pipeline(projector, history, a_view, a_count)
    await pipeline.go_on()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(serving(settings)) for _ in range(2)]
        for client in clients:
            await eventually(partial(is_ready, client), "ready", deadline=90)
            await eventually(partial(keeps_answers, client), "answers are kept", deadline=90)
        readers = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(enough.set)
        for client in clients * READERS:
            readers.create_task(read_on(client, history, counts, enough))
        for _ in range(VERSIONS):
            await pipeline.go_on()

        await projector.make_topics(2)
        pipeline.generations.append(2)
        await pipeline.go_on()
        await projector.tell(2)
        while not all([await serves_second(client) for client in clients]):
            await pipeline.go_on()
        for client in clients:
            await eventually(partial(keeps_answers, client), "answers are kept of the second", deadline=90)
        for _ in range(VERSIONS):
            await pipeline.go_on()
        assert min([await given_from_memory(client) for client in clients]) > 0
    assert min(counts["plain"], counts["token"]) > VERSIONS

"""Two processes on one database keep answers under load: tokens hold, and nothing is older than its lag says.

A writer sends versions of a ticket with counters and watermarks; readers ask either process for the ticket, lists and
the dashboard, with a token and without. In the midst of it all goes over to another generation.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from query_service.settings import QuerySettings
from tests.support.a_changing_ticket import PATHS, History, Pipeline, read_plainly, read_with_token
from tests.support.read_topics import Projector, serving
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

VERSIONS = 25
READERS = 4


@pytest.fixture
async def projector(settings: QuerySettings) -> AsyncIterator[Projector]:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers) as producer:
        yield Projector(producer, settings)


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

"""Going over to another generation of the read topics: in one step, by all processes, with nothing left behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from query_service import switch as switch_module
from query_service.adapters import kafka_ingest as kafka_ingest_module
from query_service.adapters import mongo_serving as mongo_serving_module
from query_service.adapters.mongo_schema import drop_generation
from query_service.adapters.mongo_serving import MongoServing
from query_service.settings import QuerySettings
from tests.support.read_topics import Projector, serving
from ticket_chassis.kafka_admin import kafka_admin
from ticket_chassis.topics import ensure_topics
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import STATS, VIEWS

pytestmark = pytest.mark.stack

TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
PARTITION = partition_of(TICKET)


@pytest.fixture(autouse=True)
def short_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for the reads that nobody sent."""
    monkeypatch.setattr(switch_module, "DRAIN_SECONDS", 0.5)


@pytest.fixture
async def projector(settings: QuerySettings) -> AsyncIterator[Projector]:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers) as producer:
        yield Projector(producer, settings)


def is_ready(client: httpx2.AsyncClient) -> Callable[[], Any]:
    async def ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    return ready


def serves(client: httpx2.AsyncClient, generation: int) -> Callable[[], Any]:
    """Return whether a service serves a generation and has no other."""

    async def check() -> bool:
        return bool((await client.get("/readyz")).json()["details"]["generation"] == str(generation))

    return check


async def names_of(settings: QuerySettings) -> set[str]:
    """Return the collections there are."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        return set(await client[settings.mongo_database].list_collection_names())


async def read_on(client: httpx2.AsyncClient, answers: list[httpx2.Response], until: asyncio.Event) -> None:
    """Read all the time, with a token and without."""
    while not until.is_set():
        for path in (f"/tickets/{TICKET}", "/tickets", "/dashboard", "/export/tickets.ndjson"):
            answers += [await client.get(path, headers={"Consistency-Token": f"{TICKET}:2"})]


async def test_all_processes_go_over_in_one_step_and_no_read_fails(
    settings: QuerySettings, projector: Projector, a_view: Any, a_count: Any, eventually: Any
) -> None:
    await projector.send(VIEWS, a_view(TICKET, 2, subject="old"))
    await projector.send(STATS, a_count(PARTITION, 5, total=1))
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(serving(settings)) for _ in range(2)]
        for client in clients:
            await eventually(is_ready(client))
        answers: list[httpx2.Response] = []
        enough = asyncio.Event()
        readers = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(enough.set)
        for client in clients:
            readers.create_task(read_on(client, answers, enough))

        await projector.make_topics(2)
        await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 2)
        await projector.send(STATS, a_count(PARTITION, 4, total=1), 2)
        await projector.tell(2)

        async def fills() -> bool:
            return "tickets.g2" in await names_of(settings)

        await eventually(fills)
        # It is behind in one partition of the log: nobody goes over.
        assert (await clients[0].get(f"/tickets/{TICKET}")).json()["subject"] == "old"
        await projector.send(STATS, a_count(PARTITION, 5, total=1), 2)
        for client in clients:
            await eventually(serves(client, 2))
            assert (await client.get(f"/tickets/{TICKET}")).json()["subject"] == "new"
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.headers["Consistency"] for answer in answers} == {"satisfied"}

        async def cleared() -> bool:
            return "tickets" not in await names_of(settings)

        await eventually(cleared)
        async with kafka_admin(settings.kafka_bootstrap_servers) as admin:
            groups = {group for group in await admin.groups() if group.startswith(settings.topic_prefix)}
        assert groups == {f"{settings.topic_prefix}query-service.g2"}
        assert "tickets_query_generation 2.0" in (await clients[0].get("/metrics")).text


async def test_an_empty_database_begins_with_the_generation_that_serves(
    settings: QuerySettings, projector: Projector, a_view: Any, eventually: Any
) -> None:
    await projector.make_topics(3)
    await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 3)
    await projector.tell(3)
    async with serving(settings) as client:
        await eventually(is_ready(client))
        assert (await client.get(f"/tickets/{TICKET}")).json()["subject"] == "new"
        assert "tickets" not in await names_of(settings)


async def test_a_generation_of_another_log_is_taken_without_regard_to_offsets(
    settings: QuerySettings, projector: Projector, a_view: Any, a_count: Any, eventually: Any
) -> None:
    await projector.send(VIEWS, a_view(TICKET, 2, subject="old"))
    await projector.send(STATS, a_count(PARTITION, 500, total=1))
    async with serving(settings) as client:
        await eventually(is_ready(client))
        await projector.make_topics(2)
        await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 2)
        await projector.send(STATS, a_count(PARTITION, 1, total=1), 2)
        await projector.tell(2, same_log=False)
        await eventually(serves(client, 2))


async def test_before_it_is_known_what_serves_reads_are_refused(settings: QuerySettings) -> None:
    away = settings.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:1"})
    async with serving(away) as client:
        answer = await client.get("/tickets")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "not known yet" in (await client.get("/readyz")).json()["problems"]["first-fill"]


STEPS: list[tuple[Any, str]] = [
    (MongoServing, "switch"),
    (switch_module, "drop_generation"),
    (MongoServing, "forget_before"),
]


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_a_process_stopped_in_the_midst_of_it_goes_on_when_it_comes_back(
    settings: QuerySettings,
    projector: Projector,
    a_view: Any,
    eventually: Any,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    before: bool,
) -> None:
    await projector.send(VIEWS, a_view(TICKET, 2, subject="old"))
    await projector.make_topics(2)
    await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 2)
    stopped, step = asyncio.Event(), getattr(owner, name)

    async def stop_here(*arguments: Any, **named: Any) -> Any:
        if not before:
            await step(*arguments, **named)
        stopped.set()
        await asyncio.Event().wait()

    async with serving(settings) as client:
        await eventually(is_ready(client))
        monkeypatch.setattr(owner, name, stop_here)
        await projector.tell(2)
        async with asyncio.timeout(60):
            await stopped.wait()
    monkeypatch.setattr(owner, name, step)
    monkeypatch.setattr(mongo_serving_module, "ALIVE_SECONDS", 1)
    async with serving(settings) as client:
        await eventually(serves(client, 2))
        assert (await client.get(f"/tickets/{TICKET}")).json()["subject"] == "new"

        async def cleared() -> bool:
            return "tickets" not in await names_of(settings)

        await eventually(cleared)


async def test_what_a_process_writes_that_others_took_for_dead_is_dropped_as_well(
    settings: QuerySettings, projector: Projector, a_view: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await projector.send(VIEWS, a_view(TICKET, 2, subject="old"))
    await projector.make_topics(2)
    await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 2)
    frozen, thawed, load = asyncio.Event(), asyncio.Event(), MongoServing.load

    async def load_when_thawed(self: MongoServing) -> Any:
        frozen.set()
        await thawed.wait()
        return await load(self)

    client: AsyncMongoClient[dict[str, Any]]
    async with serving(settings) as app, AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        await eventually(is_ready(app))
        monkeypatch.setattr(MongoServing, "load", load_when_thawed)
        async with asyncio.timeout(30):
            await frozen.wait()
        # Another process goes over, and drops what nobody who is alive reads.
        database: AsyncDatabase[dict[str, Any]] = client[settings.mongo_database]
        assert await MongoServing(database).switch(1, 2)
        await drop_generation(database, 1)
        await MongoServing(database).forget_before(1)

        # This one still has a round in hand.
        await projector.send(VIEWS, a_view(TICKET, 3, subject="old"))

        async def written() -> bool:
            return "positions" in await names_of(settings)

        await eventually(written)
        thawed.set()
        await eventually(serves(app, 2))
        left = {name for name in await names_of(settings) if not name.endswith(".g2")}
        assert left == {"generations", "generation_uses"}
        async with kafka_admin(settings.kafka_bootstrap_servers) as admin:
            assert f"{settings.topic_prefix}query-service" not in await admin.groups()


async def test_one_that_fills_beside_takes_short_rounds(
    settings: QuerySettings, projector: Projector, a_view: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_ingest_module, "BESIDE_MAX_RECORDS", 1)
    await projector.make_topics(2)
    for version in range(1, 41):
        await projector.send(VIEWS, a_view(TICKET, version), 2)
    async with serving(settings) as client:
        await eventually(is_ready(client))
        await projector.tell(2)
        await eventually(serves(client, 2))
        lines = (await client.get("/metrics")).text.splitlines()
    (rounds,) = (line for line in lines if line.startswith("tickets_query_ingest_round_seconds_count "))
    assert float(rounds.split()[1]) >= 40


async def test_topics_that_were_made_again_are_noticed_and_the_next_generation_is_taken(
    settings: QuerySettings, projector: Projector, a_view: Any, eventually: Any
) -> None:
    await projector.send(VIEWS, a_view(TICKET, 2, subject="old"))
    async with serving(settings) as client:
        await eventually(is_ready(client))
    async with kafka_admin(settings.kafka_bootstrap_servers) as admin:
        await admin.delete_topics([settings.topic_prefix + VIEWS.name])
    await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_prefix)
    async with serving(settings) as client:

        async def noticed() -> bool:
            return "another log" in (await client.get("/readyz")).json()["problems"].get("task ingest", "")

        await eventually(noticed)
        assert (await client.get(f"/tickets/{TICKET}")).json()["subject"] == "old"
        await projector.make_topics(2)
        await projector.send(VIEWS, a_view(TICKET, 2, subject="new"), 2)
        await projector.tell(2, same_log=False)
        await eventually(serves(client, 2))
        await eventually(is_ready(client))

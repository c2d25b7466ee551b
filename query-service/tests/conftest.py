"""Builders of records, and the read model on both of its stores."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pymongo import AsyncMongoClient

from query_service.adapters.memory import MemoryCounters, MemoryProgress, MemoryTickets, MemoryTimeline, MemoryWriter
from query_service.adapters.mongo_counters import MongoCounters
from query_service.adapters.mongo_progress import MongoFirstFill, MongoProgressLog
from query_service.adapters.mongo_schema import Collections, index_for_ingest, index_for_reads
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_timeline import MongoTimeline
from query_service.adapters.mongo_writer import MongoWriter
from query_service.answers import AnswerCache
from query_service.app import assemble
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.flights import Flights
from query_service.live.changes import ChangeLog
from query_service.live.streams import Streams
from query_service.ports import Counters, FirstFill, ProgressLog, ReadModelWriter, Tickets, Timeline
from query_service.queries import Queries
from query_service.queries.totals import CurrentTotals
from query_service.settings import QuerySettings
from query_service.sightings import Sightings
from tests.support.ingesting import take
from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_contracts.partitioning import partition_of
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.views import TicketView

__all__ = ["take"]

NOON = datetime(2016, 3, 1, 12, tzinfo=UTC)


def build_view(ticket_id: str, version: int = 1, **fields: Any) -> TicketView:
    """Return a view of an open ticket, or as `fields` say."""
    plain: dict[str, Any] = {
        "id": ticket_id, "version": version, "offset": version, "partition": partition_of(ticket_id),
        "external_id": None, "subject": "Printer", "preview": "It is on fire", "message": "It is on fire",
        "status": "open", "waiting_reason": None, "priority": "normal", "channel": "web", "group": None,
        "assignee": None, "customer_id": "c-1", "tags": (), "resolution": None, "has_note": False, "note_count": 0,
        "reply_count": 0, "reopen_count": 0, "created_at": NOON, "updated_at": NOON, "resolved_at": None,
        "closed_at": None, "first_resolved_at": None, "recent": (), "event_id": str(uuid.UUID(int=version)),
    }  # fmt: skip
    return TicketView(**plain | fields)


def build_entry(ticket_id: str, version: int = 1, **fields: Any) -> TimelineEntry:
    """Return a timeline entry."""
    plain: dict[str, Any] = {
        "ticket_id": ticket_id, "version": version, "event_id": str(uuid.UUID(int=version)), "type": "ReplyAdded",
        "occurred_at": NOON, "recorded_at": NOON, "visibility": "public", "data": {"message": "Hello"},
    }  # fmt: skip
    return TimelineEntry(**plain | fields)


def build_counters(partition: int, offset: int, **fields: Any) -> StatsRecord:
    """Return the counters of a partition, of nothing unless `fields` say more."""
    plain: dict[str, Any] = {
        "partition": partition, "offset": offset, "views_offset": -1, "timeline_offset": -1, "total": 0,
        "by_status": {}, "by_priority": {}, "by_channel": {}, "by_group": (), "daily": (), "first_resolution": (),
    }  # fmt: skip
    return StatsRecord(**plain | fields)


@dataclass(frozen=True)
class ReadModel:
    """All ports on one store."""

    writer: ReadModelWriter
    tickets: Tickets
    timeline: Timeline
    counters: Counters
    progress_log: ProgressLog
    first_fill: FirstFill


def memory_read_model() -> ReadModel:
    """Return an empty read model in memory."""
    writer = MemoryWriter()
    progress = MemoryProgress(writer)
    return ReadModel(writer, MemoryTickets(writer), MemoryTimeline(writer), MemoryCounters(writer), progress, progress)


def mongo_read_model(collections: Collections) -> ReadModel:
    """Return the read model of a database."""
    return ReadModel(
        MongoWriter(collections),
        MongoTickets(collections),
        MongoTimeline(collections),
        MongoCounters(collections),
        MongoProgressLog(collections),
        MongoFirstFill(collections),
    )


@pytest.fixture
def settings(kafka_bootstrap: str, mongo_uri: str, mongo_database: str, topics: str) -> QuerySettings:
    """Settings on the session's servers, with a database and topics of the test's own."""
    return QuerySettings(
        mongo_uri=mongo_uri,
        mongo_database=mongo_database,
        kafka_bootstrap_servers=kafka_bootstrap,
        topic_prefix=topics,
    )


@pytest.fixture
async def collections(mongo_uri: str, mongo_database: str) -> AsyncIterator[Collections]:
    """Yield the collections of a database of this test's own, with indexes."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True, w="majority", journal=True) as client:
        collections = Collections.of(client[mongo_database])
        await index_for_ingest(collections)
        await index_for_reads(collections)
        yield collections


@pytest.fixture(params=["memory", pytest.param("mongodb", marks=pytest.mark.stack)])
def read_model(request: pytest.FixtureRequest) -> ReadModel:
    """Return an empty read model, on the stand-in and on the real store."""
    if request.param == "memory":
        return memory_read_model()
    return mongo_read_model(request.getfixturevalue("collections"))


@pytest.fixture
def in_memory() -> ReadModel:
    """Return an empty read model in memory."""
    return memory_read_model()


@pytest.fixture
def a_view() -> Callable[..., TicketView]:
    """Return the builder of views."""
    return build_view


@pytest.fixture
def an_entry() -> Callable[..., TimelineEntry]:
    """Return the builder of timeline entries."""
    return build_entry


@pytest.fixture
def a_count() -> Callable[..., StatsRecord]:
    """Return the builder of counters."""
    return build_counters


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Return a wait for a condition, with a deadline of 30 s."""

    async def wait(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not await condition():  # noqa: ASYNC110 - the condition is in a database
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals(seats=2)


@pytest.fixture
def sightings() -> Sightings:
    return Sightings()


@pytest.fixture
def answers() -> AnswerCache:
    """Return what keeps answers; a test opens it."""
    return AnswerCache(1_000_000)


@dataclass(frozen=True)
class Held:
    """The one generation that there is, held for a request."""

    queries: Queries

    def release(self) -> None:
        """Let go of it."""


def no_changes(generation: int, *, with_words: bool) -> ChangeLog:
    """Fail: no test of the app in process opens a stream, for which it needs a server."""
    raise NotImplementedError(generation, with_words)


def seven_ms(_: datetime | None) -> int:
    """Return the lag of all that tests read."""
    return 7


def http_app(
    model: ReadModel,
    arrivals: Arrivals,
    sightings: Sightings,
    answers: AnswerCache,
    lag_ms: Callable[[datetime | None], int] = seven_ms,
    generation: int = 1,
) -> FastAPI:
    """Return the service's own app on a read model."""
    queries = Queries(
        generation,
        model.tickets,
        model.timeline,
        model.counters,
        model.progress_log,
        CurrentTotals(model.counters),
        arrivals,
        sightings,
        answers,
        Flights(answers),
        ProgressBoard(model.progress_log, model.first_fill, answers),
    )

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    async def hold() -> Held:
        return Held(queries)

    return assemble(hold, lambda: queries, lag_ms, Streams(lambda: 0, no_changes, 1), Health(), Metrics("t"), nothing)


@pytest.fixture
def lags_asked_for() -> list[datetime | None]:
    """Return the times until which what was read in memory was complete, answer by answer."""
    return []


@pytest.fixture
def app(
    in_memory: ReadModel,
    arrivals: Arrivals,
    sightings: Sightings,
    answers: AnswerCache,
    lags_asked_for: list[datetime | None],
) -> FastAPI:
    """Return the service's own app on the read model in memory."""

    def lag_ms(complete_until: datetime | None) -> int:
        lags_asked_for.append(complete_until)
        return seven_ms(complete_until)

    return http_app(in_memory, arrivals, sightings, answers, lag_ms)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of an app, in process."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client on the read model in memory."""
    async with served(app) as client:
        yield client


@pytest.fixture
async def later_client(
    in_memory: ReadModel, arrivals: Arrivals, sightings: Sightings
) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client on the read model in memory as the second generation has it."""
    async with served(http_app(in_memory, arrivals, sightings, AnswerCache(1_000_000), generation=2)) as client:
        yield client


@pytest.fixture
async def mongo_client(
    collections: Collections, arrivals: Arrivals, sightings: Sightings, answers: AnswerCache
) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client on the read model in MongoDB."""
    async with served(http_app(mongo_read_model(collections), arrivals, sightings, answers)) as client:
        yield client

"""GET /stream on a real server and a real database."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from query_service.adapters.mongo_change_log import MongoChangeLog
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_writer import MongoWriter
from query_service.http import stream as http_stream
from query_service.http.problems import map_domain_errors
from query_service.http.read_headers import STREAM, ReadHeadersMiddleware
from query_service.http.stream import stream_routes
from query_service.live.streams import Streams
from ticket_chassis.connection import GuardedProtocol
from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_chassis.running import EndingServer
from ticket_chassis.web import create_web_app
from ticket_contracts.views import ErasedTicket, TicketView

pytestmark = pytest.mark.stack

ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
PATIENCE = 30.0
NOON = datetime(2016, 3, 1, 12, tzinfo=UTC)


class Event(NamedTuple):
    """An event as a client has it."""

    id: str
    name: str
    data: Any


class Listening:
    """One client's stream."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()
        self.last_id = ""

    async def next(self) -> Event | None:
        """Return the next event, comments left out; None at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                if not line:
                    if "data" in fields:
                        return Event(self.last_id, fields["event"], json.loads(fields["data"]))
                    fields = {}
                elif name:
                    fields[name] = value
        return None

    async def names(self, count: int) -> list[tuple[str, int]]:
        """Return name and version of the next events."""
        found = [await self.next() for _ in range(count)]
        return [(event.name, event.data["version"]) for event in found if event]


class Process:
    """A process of the service, as far as it streams."""

    def __init__(self, feed: Streams, server: EndingServer) -> None:
        self.feed = feed
        self.server = server
        self.port: int = server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def listen(self, query: str = "", last_id: str = "") -> AsyncIterator[Listening]:
        """Yield a stream whose first event has not been read."""
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with (
            httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE) as client,
            client.stream("GET", f"/stream{query}", headers=headers) as answer,
        ):
            yield Listening(answer)


@asynccontextmanager
async def process(
    collections: Collections, limit: int = 2_000, serving: Callable[[], int] = lambda: 1
) -> AsyncIterator[Process]:
    feed = Streams(serving, lambda _, with_words: MongoChangeLog(collections.tickets, with_words=with_words), limit)

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_web_app(
        title="t", description="d", health=Health(), metrics=Metrics("t"), lifespan=nothing,
        max_concurrent_requests=5, endless=frozenset({STREAM}), on_stopping=feed.stop,
    )  # fmt: skip
    app.add_middleware(ReadHeadersMiddleware, lag_ms=lambda _: 7)
    map_domain_errors(app)
    app.include_router(stream_routes(feed))
    config = uvicorn.Config(app, port=0, http=GuardedProtocol, ws="none", log_config=None, timeout_graceful_shutdown=8)
    server = EndingServer(app, config)
    running = [asyncio.create_task(server._serve()), asyncio.create_task(feed.run())]
    try:
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.01)
        yield Process(feed, server)
    finally:
        server.should_exit = True
        await running[0]
        running[1].cancel()
        await asyncio.wait(running)


@pytest.fixture
async def write(collections: Collections) -> Callable[..., Any]:
    """Return what stores views as ingest does."""
    writer = MongoWriter(collections)

    async def one(*records: TicketView | ErasedTicket) -> None:
        for record in records:
            await writer.write_views([record])

    return one


async def test_changes_are_told_as_they_happen(collections: Collections, write: Any, a_view: Any) -> None:
    await write(a_view(ONE, 1))
    async with process(collections) as service, service.listen("?status=open&tag=a") as stream:
        headers = stream.answer.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (headers["Cache-Control"], headers["Projection-Lag-Ms"]) == ("private, no-cache", "7")
        ready = await stream.next()
        assert ready
        assert (ready.name, ready.data) == ("ready", {})
        await write(a_view(ONE, 2), a_view(TWO, 1, tags=("a",)), a_view(TWO, 1, tags=("a",)), a_view(TWO, 2))
        await write(a_view(THREE, 1, tags=("a", "b"), subject="line\nbreak"), a_view(ONE, 3, tags=("a",)))
        await write(ErasedTicket(id=ONE, version=4, partition=0, offset=9, erased_at=a_view(ONE).created_at))
        events = [await stream.next() for _ in range(5)]
    told = [(event.name, event.data["id"], event.data["version"]) for event in events if event]
    assert told == [
        ("changed", TWO, 1),
        ("left", TWO, 2),
        ("changed", THREE, 1),
        ("changed", ONE, 3),
        ("left", ONE, 4),
    ]
    assert events[2]
    assert events[2].data["subject"] == "line\nbreak"
    assert events[1]
    assert events[1].data["erased"] is False
    assert events[4]
    assert events[4].data["erased"] is True


async def test_whoever_comes_back_misses_nothing_whichever_process_it_finds(
    collections: Collections, write: Any, a_view: Any
) -> None:
    async with process(collections) as service, service.listen() as stream:
        await stream.next()
        await write(a_view(ONE, 1))
        assert await stream.names(1) == [("changed", 1)]
        last_id = stream.last_id
        await write(a_view(ONE, 2))
    await write(*(a_view(ONE, version) for version in range(3, 6)))
    async with process(collections) as another, another.listen() as somebody:
        await somebody.next()
        await write(a_view(ONE, 6))
        for _ in range(2):
            async with another.listen(last_id=last_id) as stream:
                first = await stream.next()
                assert first
                assert (first.name, first.id) == ("ready", last_id)
                assert await stream.names(5) == [("changed", version) for version in range(2, 7)]
        await write(a_view(ONE, 7))
        assert await somebody.names(2) == [("changed", 6), ("changed", 7)]


async def test_a_search_is_told_of_the_tickets_that_it_finds(collections: Collections, write: Any, a_view: Any) -> None:
    long = "fire " + " ".join(map(str, range(3_000)))
    ends = [ErasedTicket(id=each, version=4, partition=0, offset=9, erased_at=NOON) for each in (TWO, ONE)]
    async with process(collections) as service, service.listen("?q=FIRE+printer&status=open") as stream:
        first = await stream.next()
        assert first
        assert first.name == "ready"
        await write(a_view(ONE, 1), a_view(TWO, 1, subject="Scanner"), a_view(TWO, 2, subject="Scanner", tags=("a",)))
        await write(a_view(ONE, 2, status="closed"), a_view(ONE, 3), a_view(THREE, 1, message=long), *ends)
        assert await stream.names(3) == [("changed", 1), ("left", 2), ("changed", 3)]
        last_id = stream.last_id
        rest = [await stream.next() for _ in range(2)]
        assert [(event.name, event.data["id"]) for event in rest if event] == [("changed", THREE), ("left", ONE)]
    async with process(collections) as another, another.listen("?q=scanner") as somebody:
        await somebody.next()
        await write(a_view(str(uuid.UUID(int=4)), subject="Scanner"))
        async with another.listen("?q=printer+fire", last_id) as stream:
            told = [await stream.next() for _ in range(3)]
            assert [event.name for event in told if event] == ["ready", "changed", "left"]
            assert [event.data["id"] for event in told[1:] if event] == [THREE, ONE]


async def test_words_are_read_for_whoever_searches_alone_and_pairs_for_nobody(
    collections: Collections, write: Any, a_view: Any
) -> None:
    for with_words, expected in ((True, {"printer", "it", "is", "on", "fire"}), (False, set())):
        async with MongoChangeLog(collections.tickets, with_words=with_words).follow(None) as feed:
            await write(a_view(str(uuid.uuid4())))
            async with asyncio.timeout(PATIENCE):
                while (change := await feed.next()) is None:
                    pass
            assert set(change.words.split()) == expected


async def test_a_stream_goes_on_where_a_quiet_one_was(
    collections: Collections, write: Any, a_view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_stream, "HEARTBEAT_SECONDS", 0.05)
    async with process(collections) as service, service.listen("?tag=none") as stream:
        ready = await stream.next()
        await write(a_view(ONE, 1))
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for line in stream._lines:
                lines.append(line)
                if line.startswith("id: ") and ready and line != f"id: {ready.id}":
                    break
    assert ": nothing new" in lines


@pytest.mark.parametrize("last_id", ["1-82000000000000000000000000", "1-FF", "7-826745A1"])
async def test_a_history_that_is_gone_is_said_so(
    collections: Collections, write: Any, a_view: Any, last_id: str
) -> None:
    async with process(collections) as service, service.listen(last_id=last_id) as stream:
        first = await stream.next()
        assert first
        assert first.name == ("ready" if last_id == "1-FF" else "reset")
        await write(a_view(ONE, 1))
        assert await stream.names(1) == [("changed", 1)]


@pytest.mark.parametrize(
    ("query", "headers", "code"),
    [
        ("", {"Last-Event-ID": "yesterday"}, "bad-header"),
        ("", {"Last-Event-ID": "1-"}, "bad-header"),
        ("?sort=created_at", {}, "bad-parameter"),
        ("?status=none", {}, "bad-parameter"),
        ("?q=---", {}, "bad-parameter"),
        ("?q=1+2+3+4+5+6+7+8+9", {}, "bad-parameter"),
        ("?group=a&group=b", {}, "bad-parameter"),
    ],
)
async def test_bad_questions(collections: Collections, query: str, headers: dict[str, str], code: str) -> None:
    async with process(collections) as service, httpx2.AsyncClient(base_url=service.url) as client:
        answer = await client.get(f"/stream{query}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_more_listeners_than_are_allowed_are_told_to_come_back(collections: Collections) -> None:
    async with process(collections, limit=1) as service, httpx2.AsyncClient(base_url=service.url) as client:
        async with service.listen() as stream:
            await stream.next()
            answer = await client.get("/stream")
            assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
            assert answer.headers["Retry-After"]
        async with asyncio.timeout(PATIENCE):
            while service.feed.listeners:  # noqa: ASYNC110 - it follows from a connection that is closed
                await asyncio.sleep(0.01)
        async with service.listen() as stream:
            assert await stream.next()


async def test_streams_end_when_the_process_stops(collections: Collections) -> None:
    async with process(collections) as service, service.listen() as stream:
        await stream.next()
        async with asyncio.timeout(5):
            service.server.should_exit = True
            last = await stream.next()
            assert last
            assert (last.name, last.data) == ("end", {"reason": "stopping"})
            assert await stream.next() is None


async def test_another_generation_ends_streams_and_is_said_to_whoever_comes_back(collections: Collections) -> None:
    generation = 1
    async with process(collections, serving=lambda: generation) as service:
        async with service.listen() as stream:
            await stream.next()
            generation = 2
            last = await stream.next()
            assert last
            assert (last.name, last.data) == ("end", {"reason": "renewed"})
        async with service.listen(last_id=stream.last_id) as stream:
            first = await stream.next()
            assert first
            assert first.name == "reset"
            assert first.id.startswith("2-")


async def test_a_thousand_clients_are_told_from_one_reading_of_the_database(
    collections: Collections, write: Any, a_view: Any
) -> None:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(process(collections))
        readers = []
        for number in range(1_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
            stack.callback(writer.close)  # which keeps it as well: a writer that nobody has closes by itself
            writer.write(b"GET /stream?group=g%d HTTP/1.1\r\nHost: h\r\n\r\n" % (number % 10))
            readers.append(reader)
        async with asyncio.timeout(3 * PATIENCE):
            await asyncio.gather(*(reader.readuntil(b"event: ready") for reader in readers))
            assert service.feed.listeners == 1_000
            await write(a_view(ONE, 1, group="g3"))
            await asyncio.gather(*(reader.readuntil(b"event: changed") for reader in readers[3::10]))
        pipeline: list[dict[str, Any]] = [
            {"$currentOp": {"idleCursors": True, "allUsers": True}},
            {"$match": {"ns": collections.tickets.full_name, "cursor.originatingCommand.pipeline": {"$exists": True}}},
        ]
        found = await (await collections.tickets.database.client.admin.aggregate(pipeline)).to_list()
        assert len(found) <= 1

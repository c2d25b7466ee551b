"""Too much at once is refused, with a time to come back; who goes away frees what the request held."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request

from chassis.tests.sockets import serving
from chassis.tests.waiting import DEADLINE, until
from chassis.tests.web_app import client_of, make_app
from ticket_chassis.bodies import BodyMiddleware
from ticket_chassis.metrics import Metrics


class Gate:
    """Handlers that wait at a gate; tells how many are there and how they ended."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0
        self.cancelled = 0
        self.finished = 0

    async def wait(self) -> None:
        """Wait until the gate opens."""
        self.waiting += 1
        try:
            await self.open.wait()
            self.finished += 1
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.waiting -= 1

    def put_on(self, app: FastAPI) -> FastAPI:
        """Return the app with a read and a write that wait."""

        @app.get("/wait")
        async def read() -> str:
            await self.wait()
            return "read"

        @app.post("/wait")
        async def write(request: Request) -> int:
            await self.wait()
            return len(await request.body())

        return app


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    """Yield a gate that is open in the end, whatever the test did."""
    gate = Gate()
    yield gate
    gate.open.set()


async def test_above_the_limit_requests_are_refused_until_one_ends(gate: Gate) -> None:
    metrics = Metrics("trial")
    app = gate.put_on(make_app(metrics=metrics, max_concurrent_requests=2))
    async with client_of(app) as client, asyncio.timeout(DEADLINE):
        held = [asyncio.create_task(client.get("/wait")) for _ in range(2)]
        await until(lambda: gate.waiting == 2)
        refused = await client.get("/wait")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-correlation-id"]
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.get(path)).status_code == 200
        text = metrics.exposition().decode()
        assert "tickets_trial_requests_running 2.0" in text
        assert "tickets_trial_requests_refused_total 1.0" in text
        gate.open.set()
        assert [(await task).status_code for task in held] == [200, 200]
        assert (await client.get("/wait")).status_code == 200


async def test_a_slow_body_takes_no_place_among_the_requests_in_hand(gate: Gate) -> None:
    gate.open.set()
    app = gate.put_on(make_app(max_concurrent_requests=1))
    async with serving(app) as served, served.call() as slow, served.call() as quick:
        slow.say(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12345")
        await until(lambda: len(served.server.server_state.tasks) == 1)
        quick.say(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await quick.answer()).startswith(b"HTTP/1.1 200")
        slow.say(b"6789")
        assert (await slow.answer()).endswith(b"\r\n\r\n9")


async def test_bodies_in_hand_have_a_common_limit(gate: Gate) -> None:
    app = BodyMiddleware(gate.put_on(make_app()), body_max=100, held_max=150)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client, asyncio.timeout(DEADLINE):
        held = asyncio.create_task(client.post("/wait", content=b"a" * 100))
        await until(lambda: gate.waiting == 1)
        refused = await client.post("/wait", content=b"a" * 51)
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        gate.open.set()
        assert (await held).json() == 100
        assert (await client.post("/wait", content=b"a" * 100)).json() == 100


@pytest.mark.parametrize("behind", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"], ids=["alone", "one-behind-it"])
async def test_a_reader_that_goes_away_is_cancelled_quietly(
    gate: Gate, caplog: pytest.LogCaptureFixture, behind: bytes
) -> None:
    async with serving(gate.put_on(make_app())) as served:
        async with served.call() as caller:
            caller.say(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + behind)
            await until(lambda: gate.waiting == 1)
        await until(lambda: gate.cancelled == 1)
        await until(lambda: not served.server.server_state.tasks)
    assert [record.message for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []


async def test_a_writer_that_goes_away_is_carried_out_all_the_same(gate: Gate) -> None:
    async with serving(gate.put_on(make_app())) as served:
        async with served.call() as caller:
            caller.say(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
            await until(lambda: gate.waiting == 1)
        await until(lambda: not served.server.server_state.connections)
        gate.open.set()
        await until(lambda: gate.finished == 1)
    assert gate.cancelled == 0


async def test_a_reader_that_waits_long_is_answered(gate: Gate) -> None:
    async with serving(gate.put_on(make_app())) as served, served.call() as caller:
        caller.say(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: gate.waiting == 1)
        await asyncio.sleep(0.1)  # past the moment when the connection begins to be watched
        gate.open.set()
        assert (await caller.answer()).endswith(b'"read"')
        caller.say(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await caller.answer()).endswith(b'"read"')


async def test_a_handler_that_is_cancelled_by_others_stays_cancelled(gate: Gate) -> None:
    async with client_of(gate.put_on(make_app())) as client:
        request = asyncio.create_task(client.get("/wait"))
        await until(lambda: gate.waiting == 1)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

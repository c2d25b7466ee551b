"""The load generator is right: it charges a stall to every request that was due in it, and keeps to its rate."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from devstack.ports import HOST
from tests.load.bench.load import Load, Outcome, run_load
from tests.load.bench.requests import get

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
GET = [get("/a"), get("/b")]
_PATIENCE_S = 10.0
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Callable[[bytes], Awaitable[bytes]]) -> AsyncIterator[int]:
    """Serve `answer` to each request line; yields the port."""

    handling: set[asyncio.Task[None] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handling.add(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await answer(head))
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(handle, HOST, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    async with asyncio.timeout(_PATIENCE_S):  # clients have gone, which each of them has yet to notice
        await asyncio.gather(*(task for task in handling if task))


async def test_a_stall_is_charged_to_all_that_was_due_meanwhile() -> None:
    """A server that stands still from second 1 to second 2: at 100/s the hundred due then wait 0.5 s on average."""
    loop = asyncio.get_running_loop()
    begun: list[float] = []

    async def stalling(_: bytes) -> bytes:
        begun.append(loop.time())
        since = loop.time() - begun[0]
        if 1 <= since < 2:
            await asyncio.sleep(2 - since)  # the stall that is to be measured
        return ANSWER

    async with serving(stalling) as port:
        outcome = await run_load(Load(port, GET, seconds=4, connections=4, rate=100, warm_up=0))
    waited = [latency for latency in outcome.latencies if latency > 0.2]
    felt = [latency for latency in outcome.service_times if latency > 0.2]
    assert 380 <= len(outcome.latencies) <= 401
    assert 60 <= len(waited) <= 100
    assert len(felt) <= 4  # what a closed loop would have told: one request a connection
    assert 0.9 <= max(outcome.latencies) <= 1.5


async def test_an_open_loop_keeps_its_rate_and_a_closed_one_its_connections() -> None:
    async def slow(_: bytes) -> bytes:
        await asyncio.sleep(0.02)  # the service time that is to be measured
        return ANSWER

    async with serving(slow) as port:
        opened = await run_load(Load(port, GET, seconds=1, connections=50, rate=200))
        closed = await run_load(Load(port, GET, seconds=1, connections=4))
    assert 195 <= opened.demand(200).per_s <= 201
    assert min(opened.service_times) >= 0.02
    assert 80 <= closed.per_s <= 200
    assert opened.unanswered == closed.unanswered == 0


async def test_a_server_that_hangs_up_ends_the_measurement_and_gives_no_figure() -> None:
    asked = 0

    async def hanging_up(_: bytes) -> bytes:
        nonlocal asked
        asked += 1
        if asked > 20:
            raise asyncio.IncompleteReadError(b"", None)
        return ANSWER

    async with serving(hanging_up) as port:
        for rate in (None, 100.0):
            asked = 0
            with pytest.raises(RuntimeError, match="the client failed"):
                await run_load(Load(port, GET, seconds=1, connections=1, rate=rate, warm_up=0))


def test_what_was_never_answered_is_not_left_out_of_a_figure() -> None:
    outcome = Outcome(1, Counter({200: 99}), [0.001] * 99, [0.001] * 99, [0.5] * 99, [], unanswered=1)
    with pytest.raises(AssertionError, match="1 requests were not answered"):
        outcome.demand(200)


async def test_answers_without_a_body_and_samples_are_read() -> None:
    async def answer(head: bytes) -> bytes:
        return b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n' if head.startswith(b"GET /a") else ANSWER

    async with serving(answer) as port:
        outcome = await run_load(Load(port, GET, seconds=0.5, connections=1, sample_every=3))
    assert set(outcome.statuses) == {200, 304}
    assert {(sample.status, sample.body) for sample in outcome.samples} == {(200, b"ok"), (304, b"")}
    assert all((sample.request == GET[0]) == (sample.status == 304) for sample in outcome.samples)
    assert all(sample.sent < sample.answered for sample in outcome.samples)

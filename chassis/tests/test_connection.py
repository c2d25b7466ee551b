"""Slow, endless and crooked clients on a real socket: cut off in time, told why where that is possible."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from chassis.tests.sockets import Caller, serving
from chassis.tests.waiting import until
from chassis.tests.web_app import make_app
from ticket_chassis import connection, lingering, pipelining

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST_HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def app_that_echoes() -> FastAPI:
    """Return an app that says how long the body was."""
    app = make_app()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    return app


async def trickle(caller: Caller, data: bytes, times: int = 10_000) -> None:
    """Send the same few bytes again and again, until the other side is gone."""
    for _ in range(times):
        if caller.writer.is_closing():
            return
        caller.say(data)
        await asyncio.sleep(0.01)


def problem(answer: bytes) -> tuple[int, str]:
    """Return status and code of an answer that is a problem document."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return int(head.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\n", b"X-A: a\r\n"),
        (b"GET /", b"a"),
        (b"\r\n", b"\r\n"),
        (GET + b"GET ", b""),
    ],
    ids=["silence", "headers", "url", "line-ends", "second-request"],
)
async def test_a_head_that_trickles_in_is_cut_off(monkeypatch: pytest.MonkeyPatch, first: bytes, more: bytes) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(first)
        trickling = asyncio.create_task(trickle(caller, more))
        await caller.rest()
        trickling.cancel()
        await until(lambda: not served.server.server_state.connections)


@pytest.mark.parametrize(
    ("head", "more"),
    [(b"Content-Length: 100000\r\n\r\n", b"a"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")],
    ids=["announced", "chunked"],
)
async def test_a_body_that_trickles_in_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, head: bytes, more: bytes
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + head)
        trickling = asyncio.create_task(trickle(caller, more))
        assert await caller.rest() == b""
        trickling.cancel()
        await until(lambda: not served.server.server_state.tasks)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_slow_handler_is_not_a_slow_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(connection, "BODY_SECONDS", 1.0)
    app = app_that_echoes()

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(1.5)
        return "slow"

    async with serving(app) as served, served.call() as caller:
        # The second request, with half of its body, waits behind the first.
        caller.say(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + POST_HEAD + b"Content-Length: 4\r\n\r\n12")
        assert (await caller.answer()).endswith(b'"slow"')
        caller.say(b"34")
        assert (await caller.answer()).endswith(b"\r\n\r\n4")


async def test_who_sends_requests_faster_than_they_are_answered_is_not_read_far_ahead() -> None:
    app, waiting, many = make_app(), [], 2_000

    async with serving(app) as served, served.call() as caller:

        @app.get("/number/{number}")
        async def numbered(number: int) -> int:
            (connection,) = served.server.server_state.connections
            waiting.append(len(connection.pipeline))  # type: ignore[union-attr]
            return number

        padding = b"X-A: " + b"a" * 1_000
        for number in range(many):
            caller.say(b"GET /number/%d HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % (number, padding))
        answers = [await caller.answer() for _ in range(many)]
    assert [int(answer.rpartition(b"\r\n")[2]) for answer in answers] == list(range(many))
    one_read = 256 * 1024 // len(padding)
    assert 0 < max(waiting) <= one_read + pipelining.MOST_WAITING


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (b"Content-Length: 1073741824\r\n\r\n", b"a" * 65536),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"a" * 65536 + b"\r\n"),
    ],
    ids=["announced", "chunked"],
)
async def test_an_endless_body_is_refused_with_413_and_cut_off(
    monkeypatch: pytest.MonkeyPatch, head: bytes, chunk: bytes
) -> None:
    monkeypatch.setattr(lingering, "LINGER_SECONDS", 0.5)
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + head)
        trickling = asyncio.create_task(trickle(caller, chunk))
        answer = await caller.answer()
        assert problem(answer) == (413, "too-large")
        assert b"connection: close" in answer.lower()
        await until(lambda: not served.server.server_state.connections)
        trickling.cancel()


@pytest.mark.parametrize("trailer", [b"X-A: aaaa\r\n" * 1_000, b"X-A: " + b"a" * 16_384], ids=["many", "long"])
async def test_endless_trailers_are_refused(trailer: bytes) -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        trickling = asyncio.create_task(trickle(caller, trailer))
        assert problem(await caller.answer()) == (400, "malformed-request")
        trickling.cancel()


async def test_trailers_are_no_headers() -> None:
    app = make_app()

    @app.post("/named")
    async def named(request: Request) -> list[str]:
        await request.body()
        return [name for name in request.headers if name.startswith("x-")]

    async with serving(app) as served, served.call() as caller:
        caller.say(POST_HEAD.replace(b"/echo", b"/named") + b"X-A: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        caller.say(b"1\r\na\r\n0\r\nX-B: b\r\n\r\n")
        assert (await caller.answer()).endswith(b'["x-a"]')


async def test_who_sends_a_little_too_much_can_still_read_the_answer() -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        size = 3 * 1024 * 1024
        caller.say(POST_HEAD + f"Content-Length: {size}\r\n\r\n".encode() + b"a" * size)
        await caller.writer.drain()
        assert problem(await caller.rest()) == (413, "too-large")


async def test_a_body_of_the_allowed_size_is_taken() -> None:
    size = 1024 * 1024
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + f"Content-Length: {size}\r\n\r\n".encode() + b"a" * size)
        assert (await caller.answer()).endswith(str(size).encode())


@pytest.mark.parametrize(
    "head",
    [
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 9999999999999999999999\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET /a\x00b HTTP/1.1\r\n\r\n",
        b"GET /search?a=\xc3\xa9 HTTP/1.1\r\n\r\n",
        b"CONNECT host:443 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X-A: aaaa\r\n" * 20_000,
    ],
    ids=lambda head: repr(head[:60]),
)
async def test_what_is_not_http_is_a_problem_too(head: bytes) -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(head)
        answer = await caller.rest()
    assert problem(answer) == (400, "malformed-request")
    assert b"connection: close" in answer.lower()


WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n"
HTTP_2 = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"


@pytest.mark.parametrize("upgrade", [WEBSOCKET, HTTP_2], ids=["websocket", "h2c"])
async def test_an_upgrade_is_ignored_and_what_comes_behind_it_answered(upgrade: bytes) -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say((GET[:-2] + upgrade + b"\r\n") * 1_000 + POST_HEAD + b"Content-Length: 4\r\n\r\n1234")
        for _ in range(1_000):
            assert (await caller.answer()).startswith(b"HTTP/1.1 200")
        assert (await caller.answer()).endswith(b"\r\n\r\n4")


@pytest.mark.parametrize(
    ("framing", "body", "length"),
    [
        (b"Content-Length: 4", b"1234", 4),
        (b"Transfer-Encoding: chunked", b"4\r\n1234\r\n1\r\n5\r\n0\r\nA: b\r\n\r\n", 5),
        (b"Content-Length: 0", b"", 0),
    ],
    ids=["length", "chunked", "empty"],
)
async def test_a_request_that_asks_for_an_upgrade_has_its_body(framing: bytes, body: bytes, length: int) -> None:
    head, answer = POST_HEAD + HTTP_2 + framing + b"\r\n\r\n", b"\r\n\r\n%d" % length
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say((head + body + GET) * 2)
        for _ in range(2):
            assert (await caller.answer()).endswith(answer)
            assert (await caller.answer()).startswith(b"HTTP/1.1 200")


async def test_a_body_that_comes_later_than_the_head_that_asks_for_an_upgrade_is_that_of_its_request() -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        connections: Any = served.server.server_state.connections
        for _ in range(2):
            caller.say(POST_HEAD + HTTP_2 + b"Content-Length: 4\r\n\r\n12")
            await until(lambda: any(each._is_owed() for each in connections))
            caller.say(b"34")
            assert (await caller.answer()).endswith(b"\r\n\r\n4")


async def test_a_body_without_an_end_behind_an_upgrade_is_not_http() -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + HTTP_2 + b"Transfer-Encoding: gzip\r\n\r\n1234")
        assert b"connection: close" in (await caller.rest()).lower()


async def test_above_the_limit_of_connections_a_client_is_turned_away_but_health_is_told() -> None:
    async with serving(app_that_echoes(), max_connections=1) as served, served.call() as first:
        first.say(GET)
        await first.answer()
        async with served.call() as second:
            second.say(GET)
            assert (await second.answer()).startswith(b"HTTP/1.1 200")
            second.say(GET.replace(b"/healthz", b"/correlation"))
            answer = await second.rest()
            assert problem(answer) == (503, "overloaded")
            assert b"retry-after: 1" in answer.lower()
        await until(lambda: len(served.server.server_state.connections) == 1)
        async with served.call() as again, served.call() as beyond:
            again.say(GET)
            await again.answer()
            assert await beyond.rest() == b""


async def test_who_does_not_read_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.3)
    app = app_that_echoes()

    @app.get("/large")
    async def large() -> str:
        return "a" * 64 * 1024 * 1024

    async with serving(app) as served, served.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.say(GET.replace(b"/healthz", b"/large"))
        await until(lambda: len(served.server.server_state.connections) == 1)
        await until(lambda: not served.server.server_state.connections)


async def test_who_reads_the_answer_slowly_gets_it_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 1.0)
    size = 24 * 1024 * 1024
    app = app_that_echoes()

    @app.get("/large")
    async def large() -> Response:
        return Response(b"a" * size)

    async with serving(app) as served, served.call() as caller:
        caller.say(GET.replace(b"/healthz", b"/large"))
        begun = asyncio.get_running_loop().time()
        received = 0
        while chunk := await caller.some():
            received += len(chunk)
            if received > size:
                break
            await asyncio.sleep(0.008)
        assert received > size
        assert asyncio.get_running_loop().time() - begun > 2 * connection.STALL_SECONDS


@pytest.mark.parametrize("method", [b"BREW", b"get", b"GETS", b"M-SEARCH", b"DESCRIBE", b"!"])
@pytest.mark.parametrize("body", [b"", GET], ids=["no body", "a body that looks like a request"])
async def test_a_method_that_nobody_knows_is_not_allowed(method: bytes, body: bytes) -> None:
    head = b"Host: a\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with serving(app_that_echoes()) as served, served.call() as caller:
        for _ in range(2):
            caller.say(method + b" /echo HTTP/1.1\r\n" + head + body)
            refused = await caller.answer()
            assert problem(refused) == (405, "method-not-allowed")
            assert b"\r\nallow: post\r\n" in refused.lower()
            caller.say(GET)
            assert (await caller.answer()).startswith(b"HTTP/1.1 200 ")


async def test_a_body_that_looks_like_a_request_of_an_unknown_method_stays_a_body() -> None:
    body = b"BREWING /echo HTTP/1.1\r\n\r\n"
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(POST_HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert (await caller.answer()).startswith(b"HTTP/1.1 100 ")
        caller.say(body + GET)
        assert (await caller.answer()).endswith(b"\r\n\r\n%d" % len(body))
        assert (await caller.answer()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "line",
    [
        b"BREW\r\n\r\n",
        b"BREW / FTP/1.1\r\n\r\n",
        b"BR\xe9W / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"A" * 41 + b" / HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_request_line_is_not_http(line: bytes) -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(line)
        assert problem(await caller.rest()) == (400, "malformed-request")


@pytest.mark.parametrize("breaks_off", [False, True], ids=["whole", "breaks-off"])
async def test_a_client_of_http_1_0_gets_no_chunks_and_hears_where_an_answer_breaks_off(*, breaks_off: bool) -> None:
    app = app_that_echoes()

    async def lines() -> AsyncIterator[bytes]:
        yield b"first\n"
        yield b""
        if breaks_off:
            raise RuntimeError
        yield b"second\n"

    @app.get("/lines")
    async def export() -> StreamingResponse:
        return StreamingResponse(lines())

    async with serving(app) as served, served.call() as caller:
        caller.say(b"GET /lines HTTP/1.0\r\n\r\n")
        if breaks_off:
            with pytest.raises(ConnectionResetError):
                await caller.to_the_end()
        else:
            head, _, body = (await caller.to_the_end()).partition(b"\r\n\r\n")
            assert b"transfer-encoding" not in head
            assert b"connection: close" in head
            assert body == b"first\nsecond\n"


@pytest.mark.parametrize("path", [b"/healthz", b"/nothing-here"])
async def test_a_client_of_http_1_0_is_told_lengths_that_are_known(path: bytes) -> None:
    async with serving(app_that_echoes()) as served, served.call() as caller:
        caller.say(b"GET " + path + b" HTTP/1.0\r\n\r\n")
        head, _, body = (await caller.rest()).partition(b"\r\n\r\n")
        assert b"content-length: %d\r\n" % len(body) in head

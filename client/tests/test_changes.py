"""Changes as they come: read from the stream, over connections that are lost, and shown by `tickets watch`."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import httpx2
import pytest

from client.tests.command_line import CommandLine
from client.tests.fake_http import problem
from client.tests.scripted import Scripted
from client.tests.test_cli_list import listing
from ticket_client.changes import read_events
from ticket_client.errors import UnexpectedAnswerError, UnreachableError
from ticket_client.problems import BadParameter
from ticket_client.queries import QueryService
from ticket_client.retry import NO_RETRY, RetryPolicy

AT_ONCE = RetryPolicy(patience=60, first_wait=0, longest_wait=0)
READY = "retry: 1000\nid: 1-A0\nevent: ready\ndata: {}\n\n"
END = 'event: end\ndata: {"reason":"slow"}\n\n'
REFUSED = problem(400, "bad-parameter", "enough")


def changed(event_id: str, version: int) -> str:
    return f"id: {event_id}\nevent: changed\ndata: {json.dumps(listing('t1') | {'version': version})}\n\n"


def left(event_id: str, *, erased: bool) -> str:
    content = json.dumps({"id": "t1", "version": 9, "erased": erased})
    return f"id: {event_id}\nevent: left\ndata: {content}\n\n"


class Broken(httpx2.AsyncByteStream):
    """An answer that breaks off."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._text.encode()
        raise httpx2.ReadError("gone")


def stream(*events: str) -> httpx2.Response:
    return httpx2.Response(200, content="".join(events).encode())


def broken(*events: str) -> httpx2.Response:
    return httpx2.Response(200, stream=Broken("".join(events)))


async def heard(queries: QueryService, after: str | None = None) -> list[tuple[str, str, int | None]]:
    """Return what is told until the service does not want any more, or is gone."""
    found: list[tuple[str, str, int | None]] = []
    async with aclosing(queries.changes(after, status="open", tag=["a", "b"])) as changes:
        with suppress(BadParameter):
            async for change in changes:
                found.append((change.kind, change.event_id, change.version))  # noqa: PERF401 - kept where it raises
    return found


async def told(script: Scripted, after: str | None = None) -> list[tuple[str, str, int | None]]:
    async with QueryService("http://service", retry=AT_ONCE, transport=script) as queries:
        return await heard(queries, after)


async def test_changes_are_told_until_the_connection_ends_and_from_there_on() -> None:
    script = Scripted(
        [
            stream(READY, changed("1-A1", 2), END),
            broken(READY, changed("1-A2", 3), ": nothing new\nid: 1-A7\n\n", "id: 1-A9\nevent: chan"),
            httpx2.ConnectError("refused"),
            stream(READY.replace("ready", "reset"), left("1-B2", erased=False), left("1-B3", erased=True)),
            REFUSED,
        ]
    )
    assert await told(script) == [
        ("ready", "1-A0", None),
        ("changed", "1-A1", 2),
        ("changed", "1-A2", 3),
        ("reset", "1-A0", None),
        ("left", "1-B2", 9),
        ("left", "1-B3", 9),
    ]
    assert script.headers("last-event-id") == [None, "1-A1", "1-A7", "1-A7", "1-B3"]
    assert str(script.requests[0].url) == "http://service/stream?status=open&tag=a&tag=b"


async def test_a_watch_begins_behind_the_event_it_is_told() -> None:
    script = Scripted([stream(READY, changed("1-A1", 2)), REFUSED])
    assert await told(script, after="1-99") == [("changed", "1-A1", 2)]
    assert script.headers("last-event-id") == ["1-99", "1-A1"]


async def test_a_service_that_stays_away_is_said_so() -> None:
    script = Scripted([broken(READY), httpx2.ConnectError("refused")])
    async with QueryService("http://service", retry=NO_RETRY, transport=script) as queries:
        with pytest.raises(UnreachableError):
            await heard(queries)


@pytest.mark.parametrize("data", ["[]", "{", '{"id":1}'])
async def test_what_is_no_change_is_an_unexpected_answer(data: str) -> None:
    for name in ("changed", "left"):
        script = Scripted([stream(f"id: 1-A1\nevent: {name}\ndata: {data}\n\n")])
        async with QueryService("http://service", transport=script) as queries:
            with pytest.raises(UnexpectedAnswerError):
                await anext(queries.changes())


async def test_events_are_read_whatever_pieces_they_come_in() -> None:
    text = b": hello\r\nid: 7\r\nevent:x\r\ndata: a\xc3\xa9\r\ndata: b\r\nother: c\r\n\r\n\nid: 8\ndata: cut"

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(len(text)):
            yield text[place : place + 1]

    assert [tuple(event) async for event in read_events(pieces())] == [("7", "x", "a\u00e9\nb"), ("7", "message", "")]


def test_watch_prints_what_happens(tickets: CommandLine) -> None:
    events = (READY, changed("1-A1", 2), left("1-A2", erased=False), left("1-A3", erased=True))
    tickets.transport = Scripted([stream(*events), REFUSED])
    shown = tickets("watch", "--status", "open")
    assert shown.exit_code == 2
    assert shown.stdout == "t1  v2  open  low  -  s\nt1  left\nt1  erased\n"
    tickets.transport = script = Scripted([stream(*events), REFUSED])
    watched = tickets("watch", "--json", "--after", "1-99", "-q", "printer fire")
    printed = [json.loads(line) for line in watched.stdout.splitlines()]
    assert [line["kind"] for line in printed] == ["changed", "left", "left"]
    assert printed[0]["ticket"]["version"] == 2
    assert script.headers("last-event-id")[0] == "1-99"
    assert dict(script.requests[0].url.params) == {"q": "printer fire"}


def test_a_search_is_asked_for_by_its_words(tickets: CommandLine) -> None:
    tickets.transport = script = Scripted([httpx2.Response(200, content=b"[]")])
    assert tickets("list", "--search", "printer fire").exit_code == 0
    assert dict(script.requests[0].url.params) == {"limit": "20", "q": "printer fire"}

"""Writers count what is not answered: a service that is overtaxed is measured as one and ends no measurement."""

import asyncio
import re

import pytest

from tests.load.bench import exchange
from tests.load.bench.both import both
from tests.load.bench.writers import read_own_writes
from tests.load.test_client import serving

_BODY = b'{"id": "t-1", "version": 1, "status": "open"}'
_HEAD = f"HTTP/1.1 201 Created\r\nconsistency-token: t-1:1\r\ncontent-length: {len(_BODY)}\r\n\r\n".encode()


async def _accept(_: bytes) -> bytes:
    return _HEAD + _BODY


async def test_a_read_that_is_never_answered_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def silent(_: bytes) -> bytes:
        await over.wait()
        return b""

    monkeypatch.setattr(exchange, "_LIMIT_S", 0.2)
    async with serving(_accept) as command, serving(silent) as query:
        found = await read_own_writes(command, query, per_s=20, seconds=0.2, connections=2)
        over.set()
    assert (found.behind, found.failed, found.whole) == (4, 4, [])


async def test_a_write_on_which_the_service_hangs_up_is_refused() -> None:
    async def hanging_up(_: bytes) -> bytes:
        raise asyncio.IncompleteReadError(b"", None)

    async with serving(hanging_up) as command, serving(_accept) as query:
        found = await read_own_writes(command, query, per_s=20, seconds=0.2, connections=2)
    assert (found.refused, found.failed) == (4, 4)


async def test_an_answer_from_before_the_write_is_stale() -> None:
    versions = iter(range(1, 5))

    async def accept(_: bytes) -> bytes:
        body = b'{"id": "t-1", "version": %d, "status": "open"}' % next(versions)
        return b"HTTP/1.1 200 OK\r\nconsistency-token: t-1:1\r\ncontent-length: %d\r\n\r\n" % len(body) + body

    async def keep(_: bytes) -> bytes:
        return _HEAD.replace(b"201 Created", b"200 OK") + _BODY

    async with serving(accept) as command, serving(keep) as query:
        found = await read_own_writes(command, query, per_s=20, seconds=0.2, connections=1)
    assert (found.stale, len(found.whole)) == (3, 1)


async def test_who_writes_answers_what_he_has_created() -> None:
    asked: list[str] = []

    async def note(head: bytes) -> bytes:
        asked.extend(re.findall(r"POST (\S+) HTTP", head.decode()))  # behind the body of the request before
        return await _accept(head)

    async with serving(note) as command, serving(_accept) as query:
        await read_own_writes(command, query, per_s=20, seconds=0.2, connections=1)
    assert asked == ["/tickets", "/tickets/t-1/replies"] * 2


async def test_of_two_things_neither_goes_on_alone() -> None:
    ended = asyncio.Event()

    async def on_and_on() -> None:
        try:
            await asyncio.sleep(60)  # until it is cancelled
        finally:
            ended.set()

    async def fail() -> None:
        raise AssertionError("wrong")

    with pytest.raises(ExceptionGroup):
        await both(on_and_on(), fail())
    assert ended.is_set()

"""How many streams there may be, also while the read model becomes another one: without servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from query_service.domain.matching import Interest
from query_service.live import feed as feeds
from query_service.live.changes import Change
from query_service.live.streams import Streams, TooManyStreams
from tests.support.waiting import eventually


class Nothing:
    """Changes of tickets, of which there are none."""

    position = "A0"

    async def next(self) -> Change | None:
        await asyncio.sleep(0)
        return None

    @asynccontextmanager
    async def follow(self, _after: str | None) -> AsyncIterator["Nothing"]:
        yield self


async def test_who_has_not_read_the_end_of_a_stream_yet_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAUSE_SECONDS", 0)
    generation = 1
    streams = Streams(lambda: generation, lambda _, with_words: Nothing(), limit=1)
    running = asyncio.create_task(streams.run())
    slow = await streams.subscribe(Interest(), None)
    generation = 2

    async def has_ended() -> bool:
        return slow._ended

    await eventually(has_ended, "the stream ended")
    assert streams.listeners == 1
    with pytest.raises(TooManyStreams):
        await streams.subscribe(Interest(), None)
    slow.close()
    assert streams.listeners == 0
    (await streams.subscribe(Interest(), None)).close()
    running.cancel()
    await asyncio.wait([running])

"""Listeners that come back for more than is at hand: on a real database, at the worst of moments."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from query_service.adapters.mongo_change_log import MongoChangeLog
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.matching import Interest
from query_service.live import feed as feeds
from query_service.live import hub as hubs
from query_service.live.changes import ChangeFeed
from query_service.live.feed import LiveFeed
from query_service.live.streams import Streams, TooManyStreams
from query_service.live.subscription import Subscription
from tests.support.waiting import DEADLINE, eventually

pytestmark = pytest.mark.stack

ONE = "00000000-0000-0000-0000-000000000001"
EVERYTHING = Interest()
AT_HAND = 6
"""Changes that the tests' process keeps at hand."""


class Process:
    """A process that streams, and whose database tells what happens while it reads a backlog."""

    def __init__(self, collections: Collections, a_view: Callable[..., Any]) -> None:
        self.feed = LiveFeed(lambda: 1, lambda _: self)
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.backlogs = 0
        self._log = MongoChangeLog(collections.tickets, with_words=False)
        self._writer = MongoWriter(collections)
        self._a_view = a_view
        self._version = 0

    @asynccontextmanager
    async def follow(self, after: str | None) -> AsyncIterator[ChangeFeed]:
        """Open the changes; before those behind a position are closed, `meanwhile` happens."""
        async with self._log.follow(after) as feed:
            self.backlogs += after is not None
            yield feed
            if after is not None and self.meanwhile is not None:
                await self.meanwhile()

    async def write(self, count: int) -> str:
        """Write so many more versions, wait until they are told, and return the position of the last."""
        for _ in range(count):
            self._version += 1
            await self._writer.write_views([self._a_view(ONE, self._version)])
        return await eventually(self._told_position, f"version {self._version} told")

    async def come_back(self, after: str) -> list[str | int]:
        """Return what a listener that comes back is told."""
        return await told(await self.feed.subscribe(EVERYTHING, (1, after)))

    async def _told_position(self) -> str:
        hub = self.feed._hub
        assert hub
        last = hub._recent[-1].change if hub._recent else None
        return last.position if last and last.version == self._version else ""


async def told(subscription: Subscription) -> list[str | int]:
    """Return the first event's name, then the versions that wait."""
    text = b""
    while chunk := await subscription.take(0):
        text += chunk
    subscription.close()
    events = [dict(line.split(": ", 1) for line in event.split("\n")) for event in text.decode().split("\n\n")[:-1]]
    return [events[0]["event"], *(json.loads(event["data"])["version"] for event in events[1:])]


def versions(first: int, last: int) -> list[str | int]:
    """Return what is told where nothing is missed."""
    return ["ready", *range(first, last + 1)]


@pytest.fixture
async def process(
    collections: Collections, a_view: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Process]:
    process = Process(collections, a_view)
    running = asyncio.create_task(process.feed.run())
    somebody = await process.feed.subscribe(EVERYTHING, None)
    await process.write(1)
    assert process.feed._hub
    monkeypatch.setattr(hubs, "RECENT_BYTES", AT_HAND * process.feed._hub._bytes + 100)
    yield process
    somebody.close()
    running.cancel()
    await asyncio.wait([running])


async def test_what_changes_while_a_backlog_is_closed_is_not_missed(process: Process) -> None:
    after = await process.write(1)
    before_the_last = await process.write(8)

    async def three_more() -> None:
        process.meanwhile = None
        await process.write(3)

    process.meanwhile = three_more
    assert await process.come_back(after) == versions(3, 13)
    assert await process.come_back(after) == versions(3, 13)
    assert await process.come_back(before_the_last) == versions(11, 13)


async def test_a_backlog_is_read_once_for_all_who_come_back_though_changes_go_on(process: Process) -> None:
    after = await process.write(1)
    await process.write(8)

    async def one_more() -> None:
        await process.write(1)

    process.meanwhile = one_more
    everybody = await asyncio.gather(*(process.come_back(after) for _ in range(50)))
    assert everybody == [versions(3, 11)] * 50
    assert process.backlogs == 1


async def test_a_backlog_too_long_to_be_told_is_read_once_for_all_who_come_back(process: Process) -> None:
    too_long_ago = await process.write(1)
    after = await process.write(3)
    await process.write(AT_HAND + 4)
    assert await asyncio.gather(*(process.come_back(too_long_ago) for _ in range(50))) == [["reset"]] * 50
    assert process.backlogs == 1
    assert await process.come_back(after) == versions(6, 15)


async def test_whoever_waits_too_long_for_the_backlogs_of_others_is_told_reset(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "BACKLOG_SECONDS", 0.05)
    after = await process.write(1)
    await process.write(8)
    async with process.feed._one_backlog, asyncio.timeout(DEADLINE):
        assert await process.come_back(after) == ["reset"]


async def test_whoever_is_coming_back_counts_as_a_listener(process: Process) -> None:
    after = await process.write(1)
    await process.write(8)
    streams = Streams(lambda: 1, lambda _, with_words: process, limit=2)
    streams._plain = process.feed  # on which one listens
    async with process.feed._one_backlog:
        coming = asyncio.create_task(streams.subscribe(EVERYTHING, (1, after)))
        await asyncio.sleep(0)
        with pytest.raises(TooManyStreams):
            await streams.subscribe(EVERYTHING, None)
    assert await told(await coming) == versions(3, 10)
    assert await told(await streams.subscribe(EVERYTHING, None)) == ["ready"]

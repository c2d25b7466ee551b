"""The feed of the relay: what waits is bounded, what comes close together is taken together, and an end is noticed.

A change stream that has ended answers at once with nothing: asked on, it would leave nobody else a turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from time import monotonic

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CursorNotFound

from command_service.leasing.clock import DatabaseClock
from command_service.relay.feed import LONGEST_REST, REST_FOR_EVENT, REST_SECONDS, ChangeFeed, open_stream
from ticket_chassis.mongo import Document

pytestmark = pytest.mark.stack

MANY = 2_000


async def test_a_stream_that_was_closed_ends_the_feed(own: AsyncDatabase[Document]) -> None:
    stream = await open_stream(own["events"], None)
    await stream.close()
    with pytest.raises(CursorNotFound):
        await ChangeFeed(stream, DatabaseClock()).pump()


@pytest.mark.parametrize("end", ["drop", "rename"])
async def test_so_does_the_end_of_the_collection(own: AsyncDatabase[Document], end: str) -> None:
    await own["events"].insert_one({"ticket_id": "t", "kid": "k", "envelope": "{}", "recorded_at": datetime.now(UTC)})
    stream = await open_stream(own["events"], None)
    async with stream:
        pump = asyncio.create_task(ChangeFeed(stream, DatabaseClock()).pump())
        await asyncio.wait([pump], timeout=0.3)
        assert not pump.done()
        await (own["events"].drop() if end == "drop" else own["events"].rename("others"))
        with pytest.raises(CursorNotFound):
            await asyncio.wait_for(pump, 10)


async def test_what_waits_is_bounded_in_bytes(own: AsyncDatabase[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("command_service.relay.feed.WAITING_BYTES", 1_000)
    stream = await open_stream(own["events"], None)
    async with stream:
        rows: list[Document] = [{"ticket_id": str(number), "kid": "k", "envelope": "x" * 400} for number in range(10)]
        await own["events"].insert_many(rows)
        feed = ChangeFeed(stream, DatabaseClock())
        pump = asyncio.create_task(feed.pump())
        taken: list[list[str]] = []
        async with asyncio.timeout(10):
            while sum(map(len, taken)) < len(rows):
                delivery = await feed.take()
                await asyncio.wait([pump], timeout=0.05)  # whoever takes is busy, and the stream has more
                taken.append([event.ticket_id for event in delivery.events])
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
    assert [ticket for some in taken for ticket in some] == [str(number) for number in range(10)]
    assert max(map(len, taken)) == 3


async def test_events_that_follow_each_other_are_gathered(own: AsyncDatabase[Document]) -> None:
    async with fed(own) as feed:
        writing = asyncio.create_task(write_every(own, 0.004, 50))
        taken = await take_all(feed, 50)
        await writing
    assert max(size for size, _ in taken) > 1, "no two went together"
    assert_rests(taken)


async def test_behind_many_events_the_rest_is_longer_but_not_endless(own: AsyncDatabase[Document]) -> None:
    async with fed(own) as feed:
        await own["events"].insert_many([event(number) for number in range(MANY)])
        many = await take_all(feed, MANY)
        await write_every(own, 0.0, 1)
        one = await take_all(feed, 1)
    assert_rests([*many, *one])
    assert REST_SECONDS + REST_FOR_EVENT * max(size for size, _ in many) > LONGEST_REST, "there were never many"
    assert one[0][1] - many[-1][1] < MANY * REST_FOR_EVENT / 2


async def test_an_event_behind_silence_is_taken_at_once(
    own: AsyncDatabase[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    for rest in ("REST_SECONDS", "LONGEST_REST"):
        monkeypatch.setattr(f"command_service.relay.feed.{rest}", 3.0)
    async with fed(own) as feed:
        assert await seconds_until_taken(own, feed) < 2.5
        silent_until = monotonic() + 3.5
        while monotonic() < silent_until:  # answers without events, which nobody rests for
            await asyncio.wait_for(feed.take(), 10)
        assert await seconds_until_taken(own, feed) < 2.5


async def seconds_until_taken(own: AsyncDatabase[Document], feed: ChangeFeed) -> float:
    begun = monotonic()
    await write_every(own, 0.0, 1)
    await take_all(feed, 1)
    return monotonic() - begun


async def take_all(feed: ChangeFeed, count: int) -> list[tuple[int, float]]:
    """Take so many events; return of each delivery how many it had, and when it was taken."""
    taken = list[tuple[int, float]]()
    while sum(size for size, _ in taken) < count:
        delivery = await asyncio.wait_for(feed.take(), 10)
        if delivery.events:
            taken.append((len(delivery.events), monotonic()))
    return taken


def assert_rests(taken: list[tuple[int, float]]) -> None:
    for (size, sooner), (_, later) in pairwise(taken):
        assert later - sooner > 0.95 * min(REST_SECONDS + REST_FOR_EVENT * size, LONGEST_REST)


def event(number: int) -> Document:
    return {"ticket_id": str(number), "kid": "k", "envelope": "{}"}


@asynccontextmanager
async def fed(own: AsyncDatabase[Document]) -> AsyncIterator[ChangeFeed]:
    """Yield a feed of the events that are stored from now on."""
    stream = await open_stream(own["events"], None)
    async with stream:
        feed = ChangeFeed(stream, DatabaseClock())
        pump = asyncio.create_task(feed.pump())
        try:
            yield feed
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)


async def write_every(own: AsyncDatabase[Document], seconds: float, count: int) -> None:
    for number in range(count):
        await own["events"].insert_one(event(number))
        await asyncio.sleep(seconds)

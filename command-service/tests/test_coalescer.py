"""Group commit: one call for many, an outcome for each."""

import asyncio
from collections.abc import Sequence

import pytest

from command_service.adapters.coalescer import Coalescer
from command_service.ports import Overloaded, VersionTaken


class Database:
    """Answers each item with itself; 13 is taken, and a lost connection loses all."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.called = asyncio.Event()
        self.go = asyncio.Event()
        self.lost = False

    async def flush(self, items: Sequence[int]) -> list[int | Exception]:
        self.calls.append(list(items))
        self.called.set()
        await self.go.wait()
        if self.lost:
            raise ConnectionError
        return [VersionTaken() if item == 13 else item for item in items]


async def all_waiting(database: Database) -> None:
    await asyncio.wait_for(database.called.wait(), 5)


async def test_what_comes_during_a_call_goes_with_the_next() -> None:
    database = Database()
    coalescer = Coalescer(database.flush)
    first = asyncio.create_task(coalescer.submit(0))
    await all_waiting(database)
    others = [asyncio.create_task(coalescer.submit(n)) for n in range(10, 15)]
    await asyncio.sleep(0)
    database.go.set()
    results = await asyncio.gather(first, *others, return_exceptions=True)
    assert database.calls == [[0], [10, 11, 12, 13, 14]]
    assert [result for result in results if isinstance(result, int)] == [0, 10, 11, 12, 14]
    assert isinstance(results[4], VersionTaken)


async def test_a_failed_call_fails_all_who_were_in_it_and_nobody_else() -> None:
    database = Database()
    coalescer = Coalescer(database.flush)
    database.lost = True
    first = asyncio.create_task(coalescer.submit(1))
    await all_waiting(database)
    database.go.set()
    with pytest.raises(ConnectionError):
        await first
    database.lost = False
    assert await coalescer.submit(2) == 2


async def test_too_many_waiting_is_overload() -> None:
    database = Database()
    coalescer = Coalescer(database.flush, max_waiting=1)
    first = asyncio.create_task(coalescer.submit(1))
    await all_waiting(database)
    second = asyncio.create_task(coalescer.submit(2))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await coalescer.submit(3)
    database.go.set()
    assert list(await asyncio.gather(first, second)) == [1, 2]


async def test_who_went_away_is_not_sent() -> None:
    database = Database()
    coalescer = Coalescer(database.flush)
    first = asyncio.create_task(coalescer.submit(1))
    await all_waiting(database)
    gone, stays = (asyncio.create_task(coalescer.submit(n)) for n in (2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    database.go.set()
    assert list(await asyncio.gather(first, stays)) == [1, 3]
    assert database.calls == [[1], [3]]


async def test_a_call_takes_no_more_than_its_limit() -> None:
    database = Database()
    database.go.set()
    coalescer = Coalescer(database.flush, max_batch=2)
    assert await asyncio.gather(*(coalescer.submit(n) for n in range(5))) == list(range(5))
    assert database.calls == [[0, 1], [2, 3], [4]]


async def test_who_came_during_a_call_that_was_cut_off_is_not_left_waiting() -> None:
    database = Database()
    coalescer = Coalescer(database.flush)
    first = asyncio.create_task(coalescer.submit(1))
    await all_waiting(database)
    second = asyncio.create_task(coalescer.submit(2))
    await asyncio.sleep(0)
    (flusher,) = (task for task in asyncio.all_tasks() if task.get_name() == "group commit")
    database.go.set()
    flusher.cancel()
    assert await asyncio.wait_for(second, 5) == 2
    assert first.cancelled()

"""Questions that come while others are under way are asked together, each once, and never answered too early."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from query_service.gathering import AT_ONCE, MOST, Gathering


class Store:
    """Answers with ten times the number, even ones only; holds answers back until they are let go."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may_answer = asyncio.Semaphore(0)
        self.failure: Exception | None = None

    async def ask(self, keys: Collection[int]) -> Mapping[int, int]:
        self.asked.append(list(keys))
        await self.may_answer.acquire()
        if self.failure is not None:
            raise self.failure
        return {key: key * 10 for key in keys if key % 2 == 0}

    def let_go(self, answers: int = 100) -> None:
        for _ in range(answers):
            self.may_answer.release()


@pytest.fixture
def store() -> Store:
    """Return a store that holds its answers back."""
    return Store()


async def begun(*gets: asyncio.Task[int | None]) -> None:
    """Let the tasks come to where they wait."""
    for _ in range(2 + len(gets)):
        await asyncio.sleep(0)


def get(gathering: Gathering[int, int], *keys: int) -> list[asyncio.Task[int | None]]:
    """Ask for each key by itself."""
    return [asyncio.create_task(gathering.get(key)) for key in keys]


async def test_one_alone_is_asked_at_once(store: Store) -> None:
    store.let_go()
    gathering = Gathering(store.ask)
    assert (await gathering.get(4), await gathering.get(5)) == (40, None)
    assert store.asked == [[4], [5]]


async def test_what_comes_meanwhile_goes_with_the_next_question_each_key_once(store: Store) -> None:
    gathering = Gathering(store.ask)
    first = []
    for key in range(AT_ONCE):
        first += get(gathering, key)
        await begun(*first)
    under_way = len(store.asked)
    assert under_way == AT_ONCE
    later = get(gathering, 20, 22, 20, 23)
    await begun(*later)
    assert len(store.asked) == under_way
    store.let_go()
    assert await asyncio.gather(*later) == [200, 220, 200, None]
    await asyncio.gather(*first)
    assert store.asked[under_way:] == [[20, 22, 23]]


async def test_who_asks_after_a_question_was_put_is_not_answered_by_it(store: Store) -> None:
    gathering = Gathering(store.ask)
    first = get(gathering, 2)
    await begun(*first)
    again = get(gathering, 2)
    await begun(*again)
    store.let_go()
    await asyncio.gather(*first, *again)
    assert store.asked == [[2], [2]]


async def test_no_question_is_larger_than_it_may_be(store: Store) -> None:
    store.let_go()
    found = await asyncio.gather(*get(Gathering(store.ask), *range(3 * MOST)))
    assert found == [key * 10 if key % 2 == 0 else None for key in range(3 * MOST)]
    assert max(map(len, store.asked)) <= MOST


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_else(store: Store) -> None:
    gathering = Gathering(store.ask)
    store.failure = OSError("away")
    failing = get(gathering, 2, 4, 6)
    await begun(*failing)
    store.let_go(len(store.asked))
    store.let_go()
    assert all(isinstance(each, OSError) for each in await asyncio.gather(*failing, return_exceptions=True))
    store.failure = None
    assert await gathering.get(8) == 80


async def test_who_goes_away_does_not_take_the_answer_from_others(store: Store) -> None:
    gathering = Gathering(store.ask)
    one, other = get(gathering, 2, 2)
    await begun(one, other)
    one.cancel()
    store.let_go()
    assert await other == 20


async def test_who_asks_as_the_last_answers_come_in_is_asked_for(store: Store) -> None:
    gathering = Gathering(store.ask)
    first = []
    for key in range(AT_ONCE):
        first += get(gathering, key)
        await begun(*first)
    assert len(store.asked) == AT_ONCE
    store.let_go()
    (late,) = get(gathering, 20)  # its turn comes right behind those in which the answers are taken
    async with asyncio.timeout(5):
        assert await late == 200
    await asyncio.gather(*first)

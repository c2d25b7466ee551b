"""The commands of a rebuild, stopped after each of their durable steps and run again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from projector_service.adapters.collections import collection_names
from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.domain.generations import Generation, State
from projector_service.rebuild import cutover, remove, workbench
from projector_service.rebuild import start as begin
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.remove import abort, clean
from projector_service.rebuild.start import start
from projector_service.rebuild.workbench import Refused, Workbench
from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, new_id, projecting
from tests.support.rebuild import has_read_all, left_behind
from ticket_chassis.kafka_admin import KafkaAdmin
from ticket_chassis.topics import ensure_topics
from ticket_contracts.topics import GENERATIONS

pytestmark = pytest.mark.stack


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill -9."""


@pytest.fixture
async def bench(settings: Settings) -> AsyncIterator[Workbench]:
    """Yield what the commands of a rebuild work with."""
    async with workbench.workbench(settings) as bench:
        yield bench


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what ends a command right after a call of one of its steps, or before it."""

    def arrange(owner: Any, name: str, *, before: bool = False) -> None:
        step: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def interrupted(*arguments: Any, **named: Any) -> Any:
            monkeypatch.setattr(owner, name, step)
            if not before:
                await step(*arguments, **named)
            raise Killed

        monkeypatch.setattr(owner, name, interrupted)

    return arrange


@pytest.mark.parametrize(("owner", "name"), [(MongoGenerations, "begin"), (MongoGenerations, "move")])
async def test_a_start_is_run_again(
    bench: Workbench, topics: str, killed_after: Callable[..., None], owner: Any, name: str
) -> None:
    before = await left_behind(bench)
    killed_after(owner, name)
    with pytest.raises(Killed):
        await start(bench, None, 1, 1)
    if name == "begin":
        assert (await start(bench, None, 1, 1)).number == 2
    beside = await bench.generations.beside()
    assert beside is not None
    assert beside.state is State.BUILDING
    with pytest.raises(Refused, match="being built"):
        await start(bench, None, 1, 1)
    await abort(bench)
    assert await left_behind(bench) == before


@pytest.mark.parametrize(
    ("owner", "name"),
    [(MongoGenerations, "move"), (KafkaAdmin, "delete_group"), (KafkaAdmin, "delete_topics")],
)
async def test_an_abort_is_run_again(
    bench: Workbench, topics: str, killed_after: Callable[..., None], owner: Any, name: str
) -> None:
    before = await left_behind(bench)
    generation = await start(bench, None, 1, 1)
    await bench.store(generation).prepare()
    killed_after(owner, name)
    with pytest.raises(Killed):
        await abort(bench)
    with pytest.raises(Refused, match="half removed"):
        await start(bench, None, 1, 1)
    assert await abort(bench) == 2
    assert await left_behind(bench) == before


async def test_an_abort_that_dropped_half_is_run_again(
    bench: Workbench, topics: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await left_behind(bench)
    generation = await start(bench, None, 1, 1)
    await bench.store(generation).prepare()

    def killed_in_between(number: int) -> Any:
        yield collection_names(number)[0]
        raise Killed

    monkeypatch.setattr(remove, "collection_names", killed_in_between)
    with pytest.raises(Killed):
        await abort(bench)
    monkeypatch.setattr(remove, "collection_names", collection_names)
    assert await abort(bench) == 2
    assert await left_behind(bench) == before


async def test_a_start_that_is_aborted_midway_leaves_nothing_behind(
    bench: Workbench, topics: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await left_behind(bench)

    async def too_late(*arguments: Any) -> list[str]:
        assert await abort(bench) == 2
        return await ensure_topics(*arguments)

    monkeypatch.setattr(begin, "ensure_topics", too_late)
    with pytest.raises(Refused, match="generation 2 was aborted"):
        await start(bench, None, 1, 1)
    assert await left_behind(bench) == before


async def test_of_two_starts_at_once_one_is_refused_and_harms_nothing(
    bench: Workbench, topics: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overtaken(*arguments: Any) -> list[str]:
        monkeypatch.undo()
        await start(bench, None, 1, 1)
        return await ensure_topics(*arguments)

    monkeypatch.setattr(begin, "ensure_topics", overtaken)
    with pytest.raises(Refused, match="is being built"):
        await start(bench, None, 1, 1)
    beside = await bench.generations.beside()
    assert beside is not None
    assert set(bench.topics(beside)) <= await bench.admin.topics()
    await abort(bench)


async def test_one_that_was_removed_meanwhile_is_not_made_again(settings: Settings, bench: Workbench) -> None:
    async with projecting(settings) as projector:
        generation = await start(bench, None, 1, 1)
        at_work = projector.service.keeper._put_to_work(generation)
        await abort(bench)
        before = await left_behind(bench)
        await asyncio.wait_for(at_work.run(), 10)
        assert await left_behind(bench) == before


async def test_a_cutover_whose_notice_was_not_given_gives_it_when_run_again(
    settings: Settings, event_log: EventLog, bench: Workbench, killed_after: Callable[..., None]
) -> None:
    await event_log.send(created(new_id()))
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        await start(bench, None, 1, 1)
        await has_read_all(bench)
    killed_after(MongoGenerations, "cut_over", before=True)
    with pytest.raises(Killed):
        await cut_over(bench, [])
    assert [g.state for g in await bench.generations.all()] == [State.SERVING, State.BUILDING]
    killed_after(cutover, "tell_readers", before=True)
    with pytest.raises(Killed):
        await cut_over(bench, [])
    assert [g.state for g in await bench.generations.all()] == [State.RETIRED, State.SERVING]
    assert "2" not in await event_log.newest(GENERATIONS)
    assert await cut_over(bench, []) is None
    assert "2" in await event_log.newest(GENERATIONS)
    with pytest.raises(Refused, match="clean"):
        await abort(bench)
    assert await clean(bench) == 1


async def test_two_that_begin_at_once_are_one(bench: Workbench) -> None:
    async def nothing_beside() -> Generation | None:
        return None

    await bench.generations.begin(None, {})
    bench.generations.beside = nothing_beside  # type: ignore[method-assign]  # both looked before either began
    with pytest.raises(Refused, match="somebody else"):
        await start(bench, None, 1, 1)

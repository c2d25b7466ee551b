"""A rebuild on real Kafka and MongoDB: a second generation beside the first, compared, served, removed."""

from collections.abc import AsyncIterator

import pytest

from projector_service.domain.generations import State
from projector_service.rebuild.compare import compare
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.remove import abort, clean
from projector_service.rebuild.start import start
from projector_service.rebuild.status import status
from projector_service.rebuild.workbench import Workbench, workbench
from projector_service.settings import Settings
from tests.support.projector import (
    EventLog,
    caught_up,
    created,
    envelope,
    new_id,
    projecting,
)
from tests.support.waiting import eventually
from ticket_contracts.generations import GenerationNotice, GenerationState, of_generation
from ticket_contracts.topics import DEAD_LETTER, GENERATIONS, VIEWS

pytestmark = pytest.mark.stack


@pytest.fixture
async def bench(settings: Settings) -> AsyncIterator[Workbench]:
    """Yield what the commands of a rebuild work with."""
    async with workbench(settings) as bench:
        yield bench


async def send_some(log: EventLog, tickets: int = 30) -> list[str]:
    """Send tickets of three events each, one of them poisoned, and bytes that belong to no ticket."""
    ids = [new_id() for _ in range(tickets)]
    for ticket in ids:
        await log.send(created(ticket))
        await log.send(envelope(ticket, 2, "TicketAssigned", {"group": "a.b", "assignee": None}))
        await log.send(envelope(ticket, 3, "TicketResolved"))
    await log.send_raw(ids[0].encode(), b"\xff not json")
    await log.send_raw(b"nobody", b"garbage", partition=0)
    return ids


async def begun(bench: Workbench, rate: int | None = None) -> int:
    """Begin a rebuild and return its number."""
    return (await start(bench, rate, 1, 1)).number


async def has_read_all(bench: Workbench) -> None:
    """Return when the generation beside has read the log to its end."""

    async def done() -> bool:
        return (await status(bench)).left == 0

    await eventually(done, "the new generation has read the log")


async def left_behind(bench: Workbench) -> tuple[set[str], set[str], set[str]]:
    """Return the topics, groups and collections that there are."""
    prefix = bench.settings.topic_prefix
    topics = {name for name in await bench.admin.topics() if name.startswith(prefix)}
    groups = {name for name in await bench.admin.groups() if name.startswith(prefix)}
    return topics, groups, set(await bench.database.list_collection_names())


async def test_a_rebuild_makes_the_same_documents_and_takes_over(
    settings: Settings, event_log: EventLog, bench: Workbench
) -> None:
    ids = await send_some(event_log)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        number = await begun(bench)
        await has_read_all(bench)
        found = await compare(bench, [])
        assert found.same_log
        assert not found.differences.first
        counted = found.differences.compared
        assert (counted["views"], counted["timeline"], counted["parked_events"]) == (30, 90, 1)

        done = await cut_over(bench, [])
        assert done is not None
        assert not done.differences.counts
        assert [g.state for g in await bench.generations.all()] == [State.RETIRED, State.SERVING]
        await event_log.send(envelope(ids[1], 4, "TicketClosed"))

        async def served() -> bool:
            at_work = projector.service.keeper.serving
            return at_work is not None and at_work.generation.number == number

        await eventually(served, "the new generation serves")
        assert await clean(bench) == 1
        assert "views" not in await bench.database.list_collection_names()
        assert settings.topic_prefix + VIEWS.name not in await bench.admin.topics()
        await event_log.send(envelope(ids[2], 4, "TicketClosed"))

        async def closed() -> bool:
            return b'"closed"' in (await event_log.newest(of_generation(VIEWS, number)))[ids[2]]

        await eventually(closed, "the new generation is kept current")
    notices = {k: GenerationNotice.model_validate_json(v) for k, v in (await event_log.newest(GENERATIONS)).items()}
    assert {k: n.state for k, n in notices.items()} == {"1": GenerationState.RETIRED, "2": GenerationState.SERVING}
    # What belongs to nobody was put aside once, by the generation that met it first.
    assert len(await event_log.read(DEAD_LETTER)) == 1


async def test_an_aborted_rebuild_leaves_nothing_behind(
    settings: Settings, event_log: EventLog, bench: Workbench
) -> None:
    await send_some(event_log)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        before = await left_behind(bench)
        await begun(bench)
        await has_read_all(bench)
        assert len((await left_behind(bench))[0] - before[0]) == 3
        assert await abort(bench) == 2
        assert await left_behind(bench) == before
        assert await abort(bench) is None
        assert await begun(bench) == 3  # numbers are never used again
        await abort(bench)

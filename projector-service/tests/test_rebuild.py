"""A rebuild on real Kafka and MongoDB: a second generation beside the first, compared, served, removed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from projector_service.adapters.pacing import MIN_BATCH
from projector_service.domain.generations import State
from projector_service.domain.messages import Received
from projector_service.rebuild.compare import compare
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.remove import abort, clean
from projector_service.rebuild.start import start
from projector_service.rebuild.workbench import Refused, Workbench, workbench
from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, envelope, new_id, projecting
from tests.support.rebuild import has_read_all, left_behind
from tests.support.waiting import eventually
from ticket_chassis.topics import ensure_topics
from ticket_contracts.envelope import Envelope
from ticket_contracts.generations import GenerationNotice, GenerationState, of_generation
from ticket_contracts.topics import DEAD_LETTER, EVENTS, GENERATIONS, VIEWS

pytestmark = pytest.mark.stack


@pytest.fixture
async def bench(settings: Settings) -> AsyncIterator[Workbench]:
    """Yield what the commands of a rebuild work with."""
    async with workbench(settings) as bench:
        yield bench


@pytest.fixture
def each_document_alone(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes comparisons take a snapshot for each document, as those of millions take several."""
    return lambda: monkeypatch.setattr("projector_service.adapters.paired_documents.SNAPSHOT_SECONDS", 0.0)


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


PLANTED: list[tuple[str, dict[str, Any], str]] = [
    ("views", {"$set": {"record": "changed"}}, "views.subject"),
    ("timeline", {"$set": {"record": "changed"}}, "timeline.type"),
    ("stats", {"$set": {"record": "changed"}}, "counters.total"),
    ("parked_tickets", {"$set": {"fault": "gap"}}, "parked_tickets.fault"),
    ("parked_events", {"$set": {"reason": "because"}}, "parked_events.reason"),
]
CHANGED = {"views": ("subject", "Another"), "timeline": ("type", "Another"), "stats": ("total", 777)}


async def plant(bench: Workbench, collection: str, change: dict[str, Any]) -> None:
    """Change one document of the second generation."""
    documents = bench.database[f"{collection}.g2"]
    found = await documents.find_one({"parked": False} if collection == "views" else {})
    assert found is not None
    if collection in CHANGED:
        field, value = CHANGED[collection]
        change = {"$set": {"record": json.dumps(json.loads(found["record"]) | {field: value})}}
    await documents.update_one({"_id": found["_id"]}, change)


async def test_a_difference_in_any_kind_of_document_is_found_and_refused(
    settings: Settings, event_log: EventLog, bench: Workbench, each_document_alone: Callable[[], None]
) -> None:
    await send_some(event_log)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        await begun(bench)
        await has_read_all(bench)
    for collection, change, name in PLANTED:
        await plant(bench, collection, change)
        assert dict((await compare(bench, [])).differences.counts)[name] == 1
    await bench.database["timeline.g2"].delete_one({"record": {"$not": {"$regex": "Another"}}})
    at_once = (await compare(bench, [])).differences
    each_document_alone()
    found = (await compare(bench, [])).differences
    assert found == at_once
    assert found.counts == {name: 1 for _, _, name in PLANTED} | {"timeline.presence": 1}
    assert {(d.kind, d.field, d.new) for d in found.first} >= {
        ("views", "subject", "Another"),
        ("counters", "total", 777),
        ("timeline", "presence", False),
    }
    refused = await cut_over(bench, ["subject", "views.total"])
    assert refused is not None
    assert refused.differences.counts.keys() == found.counts.keys() - {"views.subject"}
    assert (await bench.generations.serving()).number == 1
    done = await cut_over(bench, ["subject", "type", "total", "fault", "parked_events.reason", "timeline.presence"])
    assert done is not None
    assert (await bench.generations.serving()).number == 2


async def test_one_that_is_behind_is_not_compared(
    settings: Settings, event_log: EventLog, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="no generation is being built"):
        await compare(bench, [])
    await send_some(event_log)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
    await begun(bench)
    monkeypatch.setattr("projector_service.rebuild.compare.BEHIND_MAX", 50)
    with pytest.raises(Refused, match="has still 92 messages to read"):
        await compare(bench, [])
    monkeypatch.undo()
    monkeypatch.setattr("projector_service.rebuild.compare.LEVEL_LIMIT", 0.2)
    with pytest.raises(Refused, match="not level"):
        await cut_over(bench, [])


async def test_it_goes_on_where_a_crash_of_its_projector_left_it_and_keeps_to_its_rate(
    settings: Settings, event_log: EventLog, bench: Workbench
) -> None:
    await send_some(event_log, tickets=100)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
    await begun(bench, rate=50)

    async def some() -> int:
        return await bench.database["timeline.g2"].count_documents({})

    async with projecting(settings):
        loop = asyncio.get_running_loop()
        began, half = loop.time(), await eventually(some, "it has begun")
        while half < 100:
            half = await eventually(some, "it goes on")
        assert half / (loop.time() - began) < 100
    async with projecting(settings):
        await has_read_all(bench)
        assert not (await compare(bench, [])).differences.counts


async def test_the_rate_ends_with_the_building(
    settings: Settings, event_log: EventLog, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_some(event_log, tickets=5)
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        number = await begun(bench, rate=20)
        await has_read_all(bench)
        assert await cut_over(bench, []) is not None

        async def serves() -> bool:
            at_work = projector.service.keeper.serving
            return at_work is not None and at_work.generation.number == number

        await eventually(serves, "the new generation serves")
        at_work = projector.service.keeper.serving
        assert at_work is not None
        project, sizes = at_work.projector.project, []

        async def noted(records: Sequence[Received]) -> None:
            sizes.append(len(records))
            await project(records)

        monkeypatch.setattr(at_work.projector, "project", noted)
        # At 20 a second: 20 s.
        await asyncio.gather(*(event_log.send(created(new_id())) for _ in range(400)))

        async def read() -> bool:
            positions = await at_work.store.positions(event_log.last)
            return all(positions[p].offset >= offset for p, offset in event_log.last.items())

        await eventually(read, "all is read", 10)
        assert max(sizes) > MIN_BATCH


async def test_code_of_another_form_takes_no_part(settings: Settings, event_log: EventLog, bench: Workbench) -> None:
    await send_some(event_log)
    number = await begun(bench)
    await bench.database.generations.update_one({"_id": number}, {"$set": {"form": 999}})
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        assert projector.service.keeper.describe() == "1 serving"
    assert "views.g2" not in await bench.database.list_collection_names()


async def test_a_log_that_is_gone_is_read_anew_by_the_next_generation(
    settings: Settings, event_log: EventLog, bench: Workbench, each_document_alone: Callable[[], None]
) -> None:
    ids = [new_id() for _ in range(20)]
    events = [event for ticket in ids for event in (created(ticket), closed_at_second(ticket))]
    for event in events:
        await event_log.send(event)
    await event_log.send(events[0])  # a duplicate: the new log will be shorter
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
    await bench.admin.delete_topics([settings.topic_prefix + EVENTS.name])
    await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_prefix, topics=[EVENTS])
    event_log.last.clear()
    async with projecting(settings) as projector:

        async def halted() -> bool:
            return projector.serving.projector.halted is not None

        await eventually(halted, "the first generation sees that the log is another one")
        for event in reversed([e for e in events if e.ticketversion == 2]):
            await event_log.send(events[events.index(event) - 1])
            await event_log.send(event)
        await event_log.send(created(late := new_id()))
        await begun(bench)
        await has_read_all(bench)
        found = await compare(bench, [])
        assert not found.same_log
        assert not found.differences.counts
        assert found.differences.compared["views"] == len(ids)
        each_document_alone()
        assert (await compare(bench, [])).differences == found.differences
        await cut_over(bench, [])

        async def projects() -> bool:
            at_work = projector.service.keeper.serving
            return at_work is not None and at_work.generation.number == 2

        await eventually(projects, "the new generation serves")
        assert await clean(bench) == 1
    assert late in await event_log.newest(of_generation(VIEWS, 2))
    notice = GenerationNotice.model_validate_json((await event_log.newest(GENERATIONS))["2"])
    assert not notice.same_log


def closed_at_second(ticket: str) -> Envelope:
    """Return a ticket's second event."""
    return envelope(ticket, 2, "TicketClosed")


async def test_two_projectors_may_begin_at_once(bench: Workbench) -> None:
    store = bench.store(await bench.generations.serving())
    await asyncio.gather(*(store.prepare() for _ in range(8)))

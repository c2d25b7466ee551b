"""Parked tickets on real Kafka and MongoDB: redriven and dropped from the command line, once, as a rebuild would."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from projector_service.projections.effects import BatchPlan
from projector_service.settings import Settings
from tests.support.operating import Cli
from tests.support.projector import (
    EventLog,
    RunningProjector,
    caught_up,
    created,
    envelope,
    ids_in_partition,
    new_id,
    projecting,
)
from tests.support.waiting import eventually
from ticket_contracts.control import Redrive, control_message
from ticket_contracts.topics import MESSAGE_LIMIT, STATS, TIMELINE, VIEWS

pytestmark = pytest.mark.stack


async def published(log: EventLog) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """Return views, timeline and counters as readers find them; without the offsets of the read topics."""
    views = {key: json.loads(value) for key, value in (await log.newest(VIEWS)).items()}
    timeline = {key: json.loads(value) for key, value in (await log.newest(TIMELINE)).items()}
    counters = [json.loads(value) for value in (await log.newest(STATS)).values()]
    for record in counters:
        del record["views_offset"], record["timeline_offset"]
    return views, timeline, counters


async def stored(settings: Settings, database: str) -> dict[str, list[Any]]:
    """Return a whole projector database."""
    async with AsyncMongoClient[dict[str, Any]](settings.mongo_uri.get_secret_value()) as client:
        names = ("views", "timeline", "stats", "parked_tickets", "parked_events", "drops", "positions")
        return {name: await client[database][name].find().sort("_id", 1).to_list() for name in names}


async def test_a_redrive_after_a_mend_folds_in_order_and_counts_once(
    settings: Settings, event_log: EventLog, cli: Cli, broken_fold: Callable[[], None]
) -> None:
    ticket, other = ids_in_partition(2, 2)
    await event_log.send(created(ticket))
    await event_log.send(envelope(ticket, 2, "AgentNoteAdded", {"note": "unfoldable"}))
    await event_log.send(envelope(ticket, 3, "TicketResolved"))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        listed = json.loads((await cli("list", "--json")).stdout)
        assert [(t["id"], t["version"], t["waiting"], t["parking"]["fault"]) for t in listed] == [
            (ticket, 1, 2, "fold-failed")
        ]
        failed = await cli("redrive", ticket, "--operator", "eve")
        assert (failed.exit_code, "still parked: fold-failed: ZeroDivisionError" in failed.stdout) == (1, True)
        broken_fold()
        writing = asyncio.create_task(_write_meanwhile(event_log, ticket, other))
        done = await cli("redrive", "--all", "--operator", "eve", "--reason", "mended")
        assert (done.exit_code, "no longer parked" in done.stdout) == (0, True)
        await writing
        await caught_up(service, event_log)
        assert (await cli("redrive", ticket)).exit_code == 1
        assert (await cli("list", "--json")).stdout == "[]\n"
    views, timeline, (counters,) = await published(event_log)
    assert (views[ticket]["version"], views[ticket]["status"], views[ticket]["stale"]) == (5, "closed", None)
    assert [timeline[f"{ticket}:{v}"]["type"] for v in (2, 3, 4)] == [
        "AgentNoteAdded",
        "TicketResolved",
        "AgentNoteAdded",
    ]
    assert (counters["total"], counters["by_status"]) == (2, {"closed": 1, "open": 1})
    assert counters["daily"] == [{"day": "2024-05-01", "created": 2, "resolved": 1, "closed": 1, "reopened": 0}]


async def _write_meanwhile(log: EventLog, ticket: str, other: str) -> None:
    await log.send(envelope(ticket, 4, "AgentNoteAdded", {"note": "came meanwhile"}))
    await log.send(created(other))
    await log.send(envelope(ticket, 5, "TicketClosed"))


async def test_a_redrive_stored_and_not_published_is_published_whole_and_counts_once(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch, broken_fold: Callable[[], None]
) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send(envelope(ticket, 2, "AgentNoteAdded", {"note": "n"}))
    await event_log.send(envelope(ticket, 3, "TicketClosed"))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        broken_fold()
        failed = _fail_once(service, monkeypatch)
        redriven = await _redrive(event_log, ticket)
        await caught_up(service, event_log)
        assert failed.is_set()
    views, timeline, (counters,) = await published(event_log)
    assert (views[ticket]["version"], views[ticket]["offset"], views[ticket]["stale"]) == (3, redriven, None)
    assert set(timeline) == {f"{ticket}:{v}" for v in (1, 2, 3)}
    assert (counters["by_status"], counters["offset"]) == ({"closed": 1}, redriven)


async def _redrive(log: EventLog, ticket: str) -> int:
    message = control_message(Redrive(operator="eve"), ticket, new_id(), created(ticket).time)
    return await log.send(message)


def _fail_once(service: RunningProjector, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    publish, failed = service.topics.publish, asyncio.Event()

    async def fail_once(plan: BatchPlan, checked_at: int) -> None:
        if not failed.is_set():
            failed.set()
            raise ConnectionError("the broker is away for a moment")
        await publish(plan, checked_at)

    monkeypatch.setattr(service.topics, "publish", fail_once)
    return failed


async def test_drops_let_later_versions_go_on_and_a_rebuild_comes_to_the_same(
    settings: Settings, event_log: EventLog, cli: Cli, mongo_database: str
) -> None:
    exploded, garbled, gapped, healed, large = ids_in_partition(7, 5)
    for ticket in (exploded, garbled, gapped, healed, large):
        await event_log.send(created(ticket))
    await event_log.send(envelope(exploded, 2, "TicketExploded", {"secret": "words"}))
    await event_log.send(envelope(exploded, 3, "TicketResolved"))
    await event_log.send_raw(garbled.encode(), b"\xff not json")
    await event_log.send(envelope(garbled, 2, "TicketClosed"))
    await event_log.send(envelope(gapped, 4, "TicketClosed"))
    await event_log.send(envelope(healed, 3, "TicketReopened"))
    await event_log.send(envelope(large, 2, "AgentNoteAdded", {"note": "n", "padding": "x" * MESSAGE_LIMIT}))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        reasons = {t["id"]: t["parking"]["fault"] for t in json.loads((await cli("list", "--json")).stdout)}
        assert reasons == {
            exploded: "unknown-type",
            garbled: "unreadable",
            gapped: "gap",
            healed: "gap",
            large: "too-large",
        }
        assert "words" not in (await cli("show", exploded)).stdout
        assert "words" in (await cli("show", exploded, "--content")).stdout
        asked_back = await cli("drop", exploded, "--reason", "an experiment")
        assert (asked_back.exit_code, "version 2" in asked_back.stdout) == (1, True)
        for ticket in (exploded, garbled, gapped, large):
            dropped = await cli("drop", ticket, "--reason", "an experiment", "--operator", "eve", "--yes")
            assert (dropped.exit_code, "no longer parked" in dropped.stdout) == (0, True), dropped.output
        assert (await cli("drop", exploded, "--reason", "again", "--yes")).exit_code == 1
        await event_log.send(envelope(healed, 2, "TicketResolved"))
        await _redrive(event_log, healed)
        await event_log.send(envelope(large, 3, "TicketClosed"))
        await caught_up(service, event_log)
        (drop,) = json.loads((await cli("show", exploded, "--json")).stdout)["drops"]
        assert (drop["operator"], drop["reason"], drop["versions"]) == ("eve", "an experiment", [2])
    views, timeline, (counters,) = await published(event_log)
    assert {t: (views[t]["version"], views[t]["status"], views[t]["stale"]) for t in views} == {
        exploded: (3, "resolved", None),
        garbled: (2, "closed", None),
        gapped: (4, "closed", None),
        healed: (3, "open", None),
        large: (3, "closed", None),
    }
    assert [timeline[f"{gapped}:{v}"]["type"] for v in (1, 2, 3, 4)] == [
        "TicketCreated",
        "VersionDropped",
        "VersionDropped",
        "TicketClosed",
    ]
    assert counters["by_status"] == {"closed": 3, "open": 1, "resolved": 1}
    assert await _rebuilt(settings, event_log, mongo_database + "_again") == await stored(settings, mongo_database)


async def _rebuilt(settings: Settings, log: EventLog, database: str) -> dict[str, list[Any]]:
    """Return what a projector with an empty database makes of the whole log."""
    fresh = settings.model_copy(update={"mongo_database": database})
    try:
        async with projecting(fresh) as service:
            await caught_up(service, log)
        return await stored(settings, database)
    finally:
        async with AsyncMongoClient[dict[str, Any]](settings.mongo_uri.get_secret_value()) as client:
            await client.drop_database(database)


async def test_a_neighbour_is_stored_with_the_batch_that_brings_it(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = ids_in_partition(5, 2)
    async with projecting(settings) as service:
        commit, plans = service.store.commit, list[BatchPlan]()

        async def noted(plan: BatchPlan) -> None:
            await commit(plan)
            plans.append(plan)

        monkeypatch.setattr(service.store, "commit", noted)
        for version in range(1, 20):
            await event_log.send_raw(sick.encode(), b"\xff")
            await event_log.send(created(well) if version == 1 else envelope(well, version, "TicketTagsChanged"))
        await caught_up(service, event_log)
    reached = {plan.reached[5]: plan for plan in plans if 5 in plan.reached}
    # A batch may hold the sick ticket's events alone.
    stored = {offset: plan.tickets[well].version for offset, plan in reached.items() if well in plan.tickets}
    assert stored
    # The neighbour's events stand at odd offsets, one behind each of the sick ticket's.
    assert stored == {offset: (offset + 1) // 2 for offset in stored}


async def test_a_projector_that_is_down_leaves_the_request_in_the_log(
    settings: Settings, event_log: EventLog, cli: Cli
) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send_raw(ticket.encode(), b"\xff")
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    late = await cli("drop", ticket, "--reason", "garbage", "--yes", "--timeout", "0.1")
    assert (late.exit_code, "did not come to it" in late.stderr) == (4, True)
    async with projecting(settings) as service:

        async def free() -> bool:
            return not await service.store.parked([ticket])

        await eventually(free, "the drop is taken")

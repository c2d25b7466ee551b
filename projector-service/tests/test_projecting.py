"""The projector on real Kafka and MongoDB: what goes in as events comes out as read documents, once."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from projector_service.projections.effects import BatchPlan
from projector_service.settings import Settings
from tests.support.projector import (
    CREATED,
    NOON,
    EventLog,
    caught_up,
    created,
    envelope,
    ids_in_partition,
    new_id,
    projecting,
)
from ticket_contracts.envelope import Envelope
from ticket_contracts.topics import DEAD_LETTER, STATS, TIMELINE, VIEWS

pytestmark = pytest.mark.stack


async def test_a_ticket_comes_out_as_view_timeline_and_counters(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send(envelope(ticket, 2, "AgentNoteAdded", {"note": "smells", "author": "eve"}))
    offset = await event_log.send(envelope(ticket, 3, "TicketResolved", time=NOON + timedelta(hours=2)))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    view = json.loads((await event_log.newest(VIEWS))[ticket])
    assert view["preview"] == "It is on fire"
    assert (view["version"], view["offset"], view["status"], view["has_note"]) == (3, offset, "resolved", True)
    assert view["resolved_at"] == "2024-05-01T14:00:00Z"
    timeline = await event_log.newest(TIMELINE)
    assert [json.loads(timeline[f"{ticket}:{v}"])["visibility"] for v in (1, 2, 3)] == ["public", "internal", "public"]
    (counters,) = map(json.loads, (await event_log.newest(STATS)).values())
    assert counters["offset"] == offset
    assert counters["by_status"] == {"resolved": 1}
    assert counters["daily"] == [{"day": "2024-05-01", "created": 1, "resolved": 1, "closed": 0, "reopened": 0}]
    assert counters["first_resolution"] == [{"priority": "high", "tickets": 1, "total_ms": 7_200_000}]


async def test_a_duplicate_changes_nothing(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    first = created(ticket)
    second = envelope(ticket, 2, "TicketClosed")
    for message in (first, second, first, second):
        await event_log.send(message)
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        assert await service.store.parked([ticket]) == {}
    (counters,) = map(json.loads, (await event_log.newest(STATS)).values())
    assert (counters["total"], counters["offset"]) == (1, 3)
    assert counters["daily"] == [{"day": "2024-05-01", "created": 1, "resolved": 0, "closed": 1, "reopened": 0}]


async def test_it_goes_on_where_it_stopped(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    await event_log.send(envelope(ticket, 2, "TicketClosed"))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    assert json.loads((await event_log.newest(VIEWS))[ticket])["version"] == 2
    assert len(await event_log.read(TIMELINE)) == 2


async def test_poison_parks_its_ticket_and_no_other(settings: Settings, event_log: EventLog) -> None:
    sick, well = ids_in_partition(3, 2)
    await event_log.send(created(sick))
    await event_log.send_raw(sick.encode(), b"\xff not json")
    await event_log.send(envelope(sick, 2, "TicketClosed"))
    await event_log.send(created(well))
    await event_log.send(envelope(well, 2, "TicketClosed"))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        parked = await service.store.parked([sick, well])
    assert [r.offset for r in parked[sick]] == [1, 2]
    assert well not in parked
    views = await event_log.newest(VIEWS)
    assert json.loads(views[sick])["stale"]["reason"].startswith("unreadable")
    assert (json.loads(views[sick])["version"], json.loads(views[sick])["offset"]) == (1, 1)
    assert json.loads(views[well])["status"] == "closed"
    assert json.loads(views[well])["stale"] is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (lambda t: envelope(t, 2, "TicketExploded"), "unknown-type"),
        (lambda t: envelope(t, 2, "TicketAssigned", {"group": 7}), "invalid-event"),
        (lambda t: envelope(t, 2, "TicketCreated", CREATED), "fold-failed"),
        (created, "conflict"),
    ],
)
async def test_what_cannot_be_folded_parks(
    settings: Settings, event_log: EventLog, event: Callable[[str], Envelope], reason: str
) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send(event(ticket))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    assert json.loads((await event_log.newest(VIEWS))[ticket])["stale"]["reason"].startswith(reason)


async def test_a_gap_parks_and_heals_when_the_missing_event_comes(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    first, second = created(ticket), envelope(ticket, 2, "TicketResolved")
    third, fourth = envelope(ticket, 3, "TicketReopened"), envelope(ticket, 4, "TicketClosed")
    for message in (first, fourth, third):
        await event_log.send(message)
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        assert json.loads((await event_log.newest(VIEWS))[ticket])["stale"]["reason"].startswith("gap")
        healing = await event_log.send(second)
        await caught_up(service, event_log)
        assert await service.store.parked([ticket]) == {}
    view = json.loads((await event_log.newest(VIEWS))[ticket])
    assert (view["version"], view["offset"], view["stale"], view["status"]) == (4, healing, None, "closed")
    assert len(await event_log.newest(TIMELINE)) == 4
    (counters,) = map(json.loads, (await event_log.newest(STATS)).values())
    assert (counters["total"], counters["by_status"]) == (1, {"closed": 1})


async def test_a_heal_that_was_stored_and_not_published_is_published_whole(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send(envelope(ticket, 3, "TicketClosed"))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
        publish, failed = service.topics.publish, asyncio.Event()

        async def fail_once(plan: BatchPlan, checked_at: int) -> None:
            if not failed.is_set():
                failed.set()
                raise ConnectionError("the broker is away for a moment")
            await publish(plan, checked_at)

        monkeypatch.setattr(service.topics, "publish", fail_once)
        await event_log.send(envelope(ticket, 2, "TicketResolved"))
        await caught_up(service, event_log)
        assert failed.is_set()
    assert set(await event_log.newest(TIMELINE)) == {f"{ticket}:{version}" for version in (1, 2, 3)}
    assert json.loads((await event_log.newest(VIEWS))[ticket])["version"] == 3


async def test_a_ticket_parked_before_its_first_event_says_so(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    await event_log.send_raw(ticket.encode(), b"{}")
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    record = json.loads((await event_log.newest(VIEWS))[ticket])
    assert (record["kind"], record["version"]) == ("parked", 0)


async def test_bytes_of_no_ticket_go_to_the_dead_letters(settings: Settings, event_log: EventLog) -> None:
    lost, ticket = new_id(), new_id()
    await event_log.send_raw(None, b"garbage", partition=2)
    await event_log.send_raw(b"\xff\xfe", None, partition=2)
    await event_log.send(created(lost), key=new_id())
    await event_log.send(created(ticket))
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    letters = await event_log.read(DEAD_LETTER)
    reasons = sorted(dict(letter.headers)["reason"].decode() for letter in letters)
    assert reasons == ["record key and subject name different tickets", *["the record key is not a ticket id"] * 2]
    assert sorted(letter.value for letter in letters)[1] == b"garbage"
    assert set(await event_log.newest(VIEWS)) == {ticket}


async def test_headers_that_are_no_text_harm_nothing(settings: Settings, event_log: EventLog) -> None:
    ticket = new_id()
    topic = event_log.prefix + "tickets.events.v1"
    sent = await event_log.producer.send_and_wait(
        topic, created(ticket).encode(), key=ticket.encode(), headers=[("content-type", b"\xff\xfe")]
    )
    event_log.last[sent.partition] = sent.offset
    async with projecting(settings) as service:
        await caught_up(service, event_log)
    assert ticket in await event_log.newest(VIEWS)

"""The ports' rules, on the stand-in in memory and on MongoDB alike."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.adapters.mongo_form import discard_other_forms
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.listing import ListQuery, Sort, TicketFilter
from query_service.domain.progress import Positions, Progress
from query_service.domain.states import Kind
from query_service.ports import ReadModelReplaced
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, Stale

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
STALE = Stale(since=NOW, reason="a gap")


async def ids(model: Any, query: ListQuery) -> list[str]:
    return [ticket.place.ticket_id for ticket in await model.tickets.page(query)]


@pytest.fixture(params=["write_views", "add_views"])
def write(request: pytest.FixtureRequest, read_model: Any) -> Any:
    """Return one of the two ways to write views."""
    return getattr(read_model.writer, request.param)


async def test_older_and_duplicate_views_change_nothing_in_any_order(read_model: Any, write: Any, a_view: Any) -> None:
    records = [a_view(ONE, version, subject=f"v{version}") for version in range(1, 6)] * 2
    random.Random(1).shuffle(records)
    for record in records:
        await write([record])
    found = await read_model.tickets.find(ONE)
    assert found.version == 5
    assert json.loads(found.document.item)["subject"] == "v5"


async def test_parking_shows_although_the_version_stays(read_model: Any, write: Any, a_view: Any) -> None:
    await write([a_view(ONE, 3, offset=10)])
    await write([a_view(ONE, 3, offset=12, stale=STALE)])
    await write([a_view(ONE, 3, offset=10)])
    found = await read_model.tickets.find(ONE)
    assert found.parked
    assert json.loads(found.document.detail())["stale"] == {"since": "2016-03-01T00:00:00Z", "reason": "a gap"}


async def test_one_bulk_write_takes_new_older_and_newer_side_by_side(read_model: Any, write: Any, a_view: Any) -> None:
    await write([a_view(ONE, 5), a_view(TWO, 1)])
    await write([a_view(ONE, 4), a_view(TWO, 2), a_view(THREE, 1)])
    states = await read_model.tickets.states([ONE, TWO, THREE, str(uuid.UUID(int=9))])
    assert {ticket_id: state.version for ticket_id, state in states.items()} == {ONE: 5, TWO: 2, THREE: 1}


async def test_an_erased_ticket_is_gone_and_older_records_do_not_bring_it_back(
    read_model: Any, a_view: Any, an_entry: Any
) -> None:
    await read_model.writer.write_views([a_view(ONE, 3), a_view(TWO)])
    await read_model.writer.write_timeline([an_entry(ONE, 1), an_entry(TWO, 1)])
    erased = ErasedTicket(id=ONE, version=4, partition=0, offset=9, erased_at=NOW)
    await read_model.writer.write_views([erased])
    await read_model.writer.drop_timelines([ONE])
    await read_model.writer.write_views([a_view(ONE, 3)])
    await read_model.writer.write_timeline([an_entry(ONE, 2), an_entry(TWO, 2)])
    assert await read_model.tickets.find(ONE) is None
    assert await ids(read_model, ListQuery()) == [TWO]
    assert await read_model.timeline.page(ONE, 0, 10) == []
    assert len(await read_model.timeline.page(TWO, 0, 10)) == 2
    assert (await read_model.tickets.states([ONE]))[ONE].kind is Kind.ERASED


async def test_a_ticket_parked_before_birth_is_known_and_not_shown(read_model: Any) -> None:
    await read_model.writer.write_views([ParkedBeforeBirth(id=ONE, partition=2, offset=7, stale=STALE)])
    assert await read_model.tickets.find(ONE) is None
    assert await ids(read_model, ListQuery()) == []
    state = (await read_model.tickets.states([ONE]))[ONE]
    assert (state.kind, state.version, state.partition, state.offset, state.parked) == (Kind.PARKED, 0, 2, 7, True)


async def test_timeline_entries_come_by_version_and_the_first_one_stays(read_model: Any, an_entry: Any) -> None:
    entries = [an_entry(ONE, version) for version in (11, 2, 1, 10)]
    await read_model.writer.write_timeline(entries)
    await read_model.writer.write_timeline([an_entry(ONE, 2, type="Other"), an_entry(ONE, 3)])
    page = await read_model.timeline.page(ONE, 1, 3)
    assert [entry.version for entry in page] == [2, 3, 10]
    assert json.loads(page[0].entry) == {
        "version": 2,
        "type": "ReplyAdded",
        "occurred_at": "2016-03-01T12:00:00Z",
        "recorded_at": "2016-03-01T12:00:00Z",
        "visibility": "public",
        "data": {"message": "Hello"},
    }
    assert await read_model.timeline.present([f"{ONE}:2", f"{ONE}:9"]) == {f"{ONE}:2"}


async def test_counters_only_move_forwards(read_model: Any, a_count: Any) -> None:
    await read_model.writer.write_counters([a_count(3, 10, total=4), a_count(4, 0)])
    await read_model.writer.write_counters([a_count(3, 9, total=3)])
    assert await read_model.counters.offsets() == {3: 10, 4: 0}
    (record,) = await read_model.counters.records([3])
    assert (record.total, record.offset) == (4, 10)


async def test_progress_never_goes_backwards(read_model: Any) -> None:
    later = NOW + timedelta(seconds=1)
    await read_model.writer.save_progress([Progress(1, Positions(5, 6, 7, 8), 9, 10, later, later)], {})
    await read_model.writer.save_progress([Progress(1, Positions(4, 7, -1, 8), 3, 3, NOW, None)], {})
    assert (await read_model.progress_log.load())[1] == Progress(1, Positions(5, 7, 7, 8), 9, 10, later, later)


@pytest.mark.parametrize("known", [Positions(5, 6, 7, 9), Positions(6, 6, 7, 8)])
async def test_positions_behind_what_was_stored_are_another_read_model(read_model: Any, known: Positions) -> None:
    stored = Progress(1, Positions(5, 6, 7, 8))
    await read_model.writer.save_progress([stored], {1: Positions()})
    await read_model.writer.save_progress([stored], {1: stored.positions})
    for partition in (1, 2):
        with pytest.raises(ReadModelReplaced):
            await read_model.writer.save_progress([Progress(partition, Positions(9, 9, 9, 9))], {partition: known})
    assert (await read_model.progress_log.load()) == {1: stored}


async def test_the_first_fill_is_complete_once_and_stays_so(read_model: Any) -> None:
    assert not await read_model.first_fill.is_complete()
    await read_model.first_fill.begin({0: Positions(3, 3, 0, -1), 1: Positions()}, NOW)
    await read_model.first_fill.begin({0: Positions(99, 99, 99, 99)}, NOW + timedelta(days=1))
    await read_model.writer.save_progress([Progress(0, Positions(3, 2, 0, 0))], {})
    assert not await read_model.first_fill.is_complete()
    await read_model.writer.save_progress([Progress(0, Positions(3, 3, 0, 0))], {})
    assert not await read_model.first_fill.is_complete(), "lists are not ready"
    await read_model.first_fill.documents_are_in()
    await read_model.first_fill.begin({0: Positions(99, 99, 99, 99)}, NOW + timedelta(days=1))
    assert await read_model.first_fill.is_complete()
    assert await read_model.first_fill.since() == NOW


@pytest.mark.stack
async def test_a_database_of_another_form_is_emptied_once(collections: Collections, a_view: Any) -> None:
    await MongoWriter(collections).write_views([a_view(ONE)])
    await MongoWriter(collections).save_progress([Progress(1, Positions(5, 6, 7, 8))], {})
    await discard_other_forms(collections)
    assert await collections.tickets.count_documents({}) == 0
    assert await collections.positions.count_documents({}) == 0
    await MongoWriter(collections).write_views([a_view(ONE)])
    await discard_other_forms(collections)
    assert await collections.tickets.count_documents({}) == 1
    await collections.first_fill.update_one({"_id": "form"}, {"$set": {"number": 1}})
    await discard_other_forms(collections)
    assert await collections.tickets.count_documents({}) == 0


FILTERS = [
    (TicketFilter(status=("open",)), {ONE}),  # type: ignore[arg-type]
    (TicketFilter(status=("open", "closed")), {ONE, TWO}),  # type: ignore[arg-type]
    (TicketFilter(priority=("urgent",)), {TWO}),  # type: ignore[arg-type]
    (TicketFilter(channel=("phone",)), {THREE}),  # type: ignore[arg-type]
    (TicketFilter(group="$x.y"), {TWO, THREE}),
    (TicketFilter(group="$x.y", assignee="ann"), {TWO}),
    (TicketFilter(customer_id='{"$gt": ""}'), set()),
    (TicketFilter(customer_id="c-3"), {THREE}),
    (TicketFilter(external_id="INC7"), {ONE}),
    (TicketFilter(has_note=True), {THREE}),
    (TicketFilter(has_note=False), {ONE, TWO}),
    (TicketFilter(tags=("a", "b")), {ONE}),
    (TicketFilter(tags=("b",)), {ONE, TWO}),
    (TicketFilter(created_since=NOW), {TWO, THREE}),
    (TicketFilter(created_before=NOW), {ONE}),
    (TicketFilter(updated_since=NOW, updated_before=NOW + timedelta(days=2)), {ONE, TWO}),
    (TicketFilter(group="$x.y", tags=("b",), has_note=False), {TWO}),
    (TicketFilter(status=("closed", "resolved"), channel=("phone", "web")), {TWO, THREE}),  # type: ignore[arg-type]
    (TicketFilter(customer_id="c-1", status=("open", "closed"), priority=("urgent",)), {TWO}),  # type: ignore[arg-type]
    (TicketFilter(status=("closed",), priority=("urgent",), channel=("web",), has_note=False), {TWO}),  # type: ignore[arg-type]
    (TicketFilter(tags=("b",), created_since=NOW), {TWO}),
    (TicketFilter(group="$x.y", created_before=NOW + timedelta(days=1)), {TWO}),
    (TicketFilter(created_since=NOW, created_before=NOW + timedelta(days=1)), {TWO}),
    (TicketFilter(external_id="INC7", status=("closed",)), set()),  # type: ignore[arg-type]
    (TicketFilter(), {ONE, TWO, THREE}),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
async def test_filters(read_model: Any, a_view: Any, wanted: TicketFilter, expected: set[str]) -> None:
    day = timedelta(days=1)
    await read_model.writer.write_views(
        [
            a_view(ONE, tags=("a", "b"), external_id="INC7", created_at=NOW - day, updated_at=NOW),
            a_view(
                TWO, status="closed", priority="urgent", group="$x.y", assignee="ann", tags=("b",),
                created_at=NOW, updated_at=NOW + day,
            ),
            a_view(
                THREE, status="resolved", channel="phone", group="$x.y", customer_id="c-3", has_note=True,
                created_at=NOW + day, updated_at=NOW + 2 * day,
            ),
        ]
    )  # fmt: skip
    assert set(await ids(read_model, ListQuery(wanted))) == expected


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_follow_the_order_with_ties_by_id(read_model: Any, a_view: Any, sort: Sort) -> None:
    rng = random.Random(7)
    views = [
        a_view(
            str(uuid.UUID(int=rng.getrandbits(128))),
            created_at=NOW + timedelta(minutes=rng.randrange(4)),
            updated_at=NOW + timedelta(minutes=rng.randrange(4)),
            status=rng.choice(["open", "waiting", "closed"]),
        )
        for _ in range(30)
    ]
    await read_model.writer.write_views(views)
    wanted = TicketFilter(status=("open", "waiting"))  # type: ignore[arg-type]
    sign = -1 if sort.descending else 1
    expected = sorted(
        (view for view in views if view.status != "closed"),
        key=lambda view: (sign * getattr(view, sort.field).timestamp(), view.id),
    )
    seen, after = [], None
    while page := await read_model.tickets.page(ListQuery(wanted, sort, limit=7, after=after)):
        seen += [ticket.place.ticket_id for ticket in page]
        after = page[-1].place
    assert seen == [view.id for view in expected]
    assert await ids(read_model, ListQuery(wanted, sort, limit=5, skip=3)) == seen[3:8]


async def test_export_is_by_id_and_without_recent(read_model: Any, a_view: Any) -> None:
    views = [a_view(str(uuid.UUID(int=n)), updated_at=NOW + timedelta(seconds=n)) for n in (3, 1, 2)]
    await read_model.writer.write_views(views)
    lines = [
        json.loads(line) async for chunk in read_model.tickets.export(NOW + timedelta(seconds=2)) for line in chunk
    ]
    assert [line["id"] for line in lines] == [TWO, THREE]
    assert lines[0]["message"] == "It is on fire"
    assert "recent" not in lines[0]

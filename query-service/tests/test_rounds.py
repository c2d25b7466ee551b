"""What a round amounts to, and that one is written while the next is read."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from query_service.adapters.memory import MemoryWriter
from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.domain.progress import Counted
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import RawRecord, read_round
from query_service.ingest.rounds import Ingest
from query_service.ingest.under_way import UnderWay
from query_service.ports import ViewRecord
from query_service.sightings import Sightings
from ticket_chassis.metrics import Metrics
from ticket_contracts.stats import StatsRecord
from ticket_contracts.topics import STATS, VIEWS
from ticket_contracts.views import TicketView

TICKET, OTHER = (str(uuid.UUID(int=number)) for number in (1, 2))

View = Callable[..., TicketView]
Count = Callable[..., StatsRecord]


def raw(view: TicketView, offset: int, **broken: str) -> RawRecord:
    """Return a view as it came at an offset, with fields that are not right."""
    value = view.model_dump(mode="json") | broken
    return RawRecord(VIEWS, view.partition, offset, None, json.dumps(value).encode())


def raw_counters(record: StatsRecord, **broken: str) -> RawRecord:
    """Return a counters record as it came, with fields that are not right."""
    value = record.model_dump(mode="json") | broken
    return RawRecord(STATS, record.partition, record.offset, None, json.dumps(value).encode())


@pytest.mark.parametrize("is_first_fill", [False, True])
def test_the_newest_view_counts_wherever_in_the_round_it_is(is_first_fill: bool, a_view: View) -> None:
    records = [raw(a_view(TICKET, version), offset) for offset, version in enumerate((2, 3, 1))]
    found = read_round([*records, raw(a_view(OTHER), 3)], is_first_fill=is_first_fill)
    assert {ticket_id: view.version for ticket_id, view in found.views.items()} == {TICKET: 3, OTHER: 1}
    assert found.taken == {VIEWS.name: 4}
    assert found.unreadable == []


@pytest.mark.parametrize("is_first_fill", [False, True])
def test_a_newest_view_that_is_broken_does_not_hide_the_one_before(is_first_fill: bool, a_view: View) -> None:
    records = [raw(a_view(TICKET, 1), 0), raw(a_view(TICKET, 2), 1), raw(a_view(TICKET, 3), 2, status="lost")]
    found = read_round(records, is_first_fill=is_first_fill)
    assert found.views[TICKET].version == 2
    assert [(each.offset, each.why) for each in found.unreadable] == [(2, "view.status")]


@pytest.mark.parametrize("is_first_fill", [False, True])
@pytest.mark.parametrize("value", [b"{", b"[]", b'{"id":1}', None])
def test_what_does_not_say_whose_view_it_is_is_never_passed_over(is_first_fill: bool, value: bytes | None) -> None:
    found = read_round([RawRecord(VIEWS, 0, 7, b"k", value)], is_first_fill=is_first_fill)
    assert [each.offset for each in found.unreadable] == [7]


def test_of_what_is_outdated_no_more_than_the_version_is_read(a_view: View) -> None:
    records = [raw(a_view(TICKET, 1), 0, status="lost"), raw(a_view(TICKET, 2), 1)]
    assert read_round(records, is_first_fill=True).unreadable == []
    assert [each.offset for each in read_round(records).unreadable] == [0]


@pytest.mark.parametrize("is_first_fill", [False, True])
def test_of_counters_the_newest_counts_and_progress_hears_of_all(is_first_fill: bool, a_count: Count) -> None:
    forms = [a_count(0, offset, views_offset=10 * offset, timeline_offset=20 * offset) for offset in (4, 5, 7)]
    records = [*(raw_counters(each) for each in forms), raw_counters(a_count(1, 9))]
    found = read_round(records, is_first_fill=is_first_fill)
    assert found.counters == {0: forms[-1], 1: a_count(1, 9)}
    assert found.counted[0] == [Counted(4, 40, 80), Counted(5, 50, 100), Counted(7, 70, 140)]
    assert [each.offset for each in found.counted[1]] == [9]
    assert found.taken == {STATS.name: 4}


@pytest.mark.parametrize("is_first_fill", [False, True])
def test_newest_counters_that_are_broken_do_not_hide_those_before(is_first_fill: bool, a_count: Count) -> None:
    records = [raw_counters(a_count(0, 4)), raw_counters(a_count(0, 5)), raw_counters(a_count(0, 7), total="?")]
    found = read_round(records, is_first_fill=is_first_fill)
    assert found.counters == {0: a_count(0, 5)}
    assert [each.offset for each in found.counted[0]] == [4, 5]
    assert [each.offset for each in found.unreadable] == [7]


class Told(MemoryWriter):
    """Takes down which tickets it was told are new, and which it was not."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[str] = []
        self.others: list[str] = []

    async def add_views(self, records: Sequence[ViewRecord]) -> None:
        self.new += [record.id for record in records]

    async def write_views(self, records: Sequence[ViewRecord]) -> None:
        self.others += [record.id for record in records]


@pytest.mark.parametrize(("is_first_fill", "new"), [(True, [OTHER]), (False, [])])
async def test_a_first_fill_takes_for_new_what_was_not_stored_lately(
    is_first_fill: bool, new: list[str], in_memory: Any, sightings: Sightings, a_view: View
) -> None:
    writer, answers = Told(), AnswerCache(0)
    board = ProgressBoard(in_memory.progress_log, in_memory.first_fill, answers)
    ingest = Ingest(
        writer, in_memory.counters, in_memory.progress_log, Arrivals(seats=1), sightings, answers, board,
        IngestMetrics(Metrics("trial")),
    )  # fmt: skip
    assignment = await ingest.resume([])
    sightings.note_views([a_view(TICKET, 1)])
    records = [raw(a_view(TICKET, 2), 1), raw(a_view(OTHER, 2), 2)]
    await assignment.apply(read_round(records, is_first_fill=is_first_fill), {})
    assert writer.new == new
    assert sorted(writer.new + writer.others) == sorted([TICKET, OTHER])


async def test_a_write_goes_on_while_something_else_is_done() -> None:
    begun, may_end, writing = asyncio.Event(), asyncio.Event(), UnderWay()

    async def write() -> None:
        begun.set()
        await may_end.wait()

    writing.begin(write())
    await begun.wait()
    assert writing.is_busy
    may_end.set()
    await writing.end()
    assert not writing.is_busy
    await writing.end()


async def test_who_waits_for_the_end_of_a_write_hears_that_it_failed() -> None:
    async def fail() -> None:
        raise AutoReconnect("away")

    writing = UnderWay()
    writing.begin(fail())
    with pytest.raises(AutoReconnect):
        await writing.end()
    assert not writing.is_busy


async def test_a_write_that_is_abandoned_has_ended() -> None:
    writing, ended = UnderWay(), asyncio.Event()

    async def write() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    writing.begin(write())
    await asyncio.sleep(0)
    await writing.abandon()
    assert ended.is_set()
    await writing.abandon()

"""A record of tickets.views.v1 says by `kind` what it is; every read document comes back as it was."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.tests.examples import EVENT_ID, NOON, TICKET_ID
from contracts.tests.largest import largest_entry, largest_events, largest_stats, largest_view
from ticket_contracts.fields import Status
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry, timeline_key
from ticket_contracts.views import VIEW_RECORD, ErasedTicket, ParkedBeforeBirth, Stale, TicketView
from ticket_contracts.watermarks import Watermark

VIEW = largest_view("x".__mul__, ())

RECORDS = [
    VIEW,
    VIEW.model_copy(update={"stale": None, "group": None, "resolution": None}),
    ParkedBeforeBirth(id=TICKET_ID, partition=3, offset=7, stale=Stale(since=NOON, reason="unknown-type")),
    ErasedTicket(id=TICKET_ID, version=4, partition=3, offset=9, erased_at=NOON),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_what_it_was(record: TicketView | ParkedBeforeBirth | ErasedTicket) -> None:
    decoded = VIEW_RECORD.validate_json(VIEW_RECORD.dump_json(record))
    assert type(decoded) is type(record)
    assert decoded == record


@pytest.mark.parametrize("change", [{"kind": "ghost"}, {"kind": None}, {"recent": [{}]}, {"partition": 12}])
def test_a_record_of_no_known_kind_or_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VIEW_RECORD.validate_python(VIEW.model_dump() | change)


def test_a_record_without_a_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="kind"):
        VIEW_RECORD.validate_python(VIEW.model_dump(exclude={"kind"}))


def test_a_view_holds_at_most_five_entries() -> None:
    entry = largest_entry(largest_events("x".__mul__, sealed=False)[-1])
    with pytest.raises(ValidationError, match="recent"):
        TicketView.model_validate(VIEW.model_dump() | {"recent": [entry] * 6})


def test_parking_raises_the_guard_although_the_version_stays() -> None:
    parked = VIEW.model_copy(update={"version": 3, "offset": 8})
    assert VIEW.model_copy(update={"version": 3, "offset": 7}).guard < parked.guard
    assert parked.guard < VIEW.model_copy(update={"version": 4, "offset": 0}).guard


def test_a_timeline_entry_is_kept_under_ticket_and_version() -> None:
    history = largest_entry(largest_events("x".__mul__, sealed=False)[0])
    entry = TimelineEntry(ticket_id=TICKET_ID, event_id=EVENT_ID, **dict(history))
    assert TimelineEntry.model_validate_json(entry.model_dump_json()) == entry
    assert entry.key == timeline_key(TICKET_ID, entry.version) == f"{TICKET_ID}:{entry.version}"


def test_counters_come_back_as_they_were() -> None:
    record = largest_stats("x".__mul__)
    assert StatsRecord.model_validate_json(record.model_dump_json()) == record


def test_a_counter_is_never_negative() -> None:
    record = largest_stats("x".__mul__).model_dump() | {"by_status": {Status.OPEN: -1}}
    with pytest.raises(ValidationError, match="by_status"):
        StatsRecord.model_validate(record)


def test_a_watermark_comes_back_as_it_was() -> None:
    watermark = Watermark(partition=0, published=-1, stored_until=NOON, at=NOON)
    assert Watermark.model_validate_json(watermark.model_dump_json()) == watermark

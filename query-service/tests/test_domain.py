"""The read side's rules by themselves: tokens, preferences, cursors, progress, lag."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.domain.counters import seconds
from query_service.domain.cursors import BadCursor, decode_cursor, decode_version_cursor, encode_cursor
from query_service.domain.lag import Lag
from query_service.domain.listing import Place, Sort
from query_service.domain.progress import PENDING_MAX, Counted, Positions, Progress, ProgressTracker
from query_service.domain.tokens import MalformedToken, parse_token
from query_service.http.preferences import parse_preferences
from ticket_contracts.watermarks import Watermark

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE, TWO = (str(uuid.UUID(int=n)) for n in (1, 2))


def at(second: int) -> datetime:
    return NOW + timedelta(seconds=second)


def mark(published: int, second: int) -> Watermark:
    return Watermark(partition=0, published=published, stored_until=at(second), at=at(second))


def test_a_token_names_versions_and_the_higher_one_counts() -> None:
    token = parse_token(f" {ONE.upper()}:3,\t{TWO}:1 ,{ONE}:2")
    assert token.versions == {ONE: 3, TWO: 1}
    assert token.keys == {f"{ONE}:3": (ONE, 3), f"{TWO}:1": (TWO, 1)}
    assert len(parse_token(",".join(f"{uuid.UUID(int=n)}:1" for n in range(50))).versions) == 50


@given(st.text(max_size=60))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(MalformedToken):
        parse_token(text)


@pytest.mark.parametrize("version", ["0", "01", "-1", "1.0", "٣", "2147483648", "9" * 5000])
def test_versions_are_plain_numbers_from_one(version: str) -> None:
    with pytest.raises(MalformedToken):
        parse_token(f"{ONE}:{version}")


@pytest.mark.parametrize(
    ("lines", "applied"),
    [
        ([], None),
        (["wait=3"], "wait=3"),
        (["WAIT = 11; x=1", "Handling=Lenient"], "wait=10, handling=lenient"),
        (["wait=1, wait=5"], "wait=1"),
        (['wait="4", handling="strict"'], "wait=4, handling=strict"),
        (["wait=-1, handling=maybe, return=minimal, ,;="], None),
        (["wait=" + "9" * 5000], "wait=10"),
        (["wait=٣"], None),
        (['note="a, wait=0, handling=lenient", wait=3'], "wait=3"),
        (['note="say \\"wait=0, now\\"", wait=3'], "wait=3"),
        (['note="never closed, wait=0', "wait=3"], "wait=3"),
        (["note=" + '"\\' * 30_000, "wait=3"], "wait=3"),
    ],
)
def test_preferences(lines: list[str], applied: str | None) -> None:
    assert parse_preferences(lines).applied == applied


def test_a_read_waits_two_seconds_and_is_strict_by_default() -> None:
    patience = parse_preferences([]).patience
    assert (patience.seconds, patience.strict) == (2, True)


@pytest.mark.parametrize("sort", list(Sort))
def test_a_cursor_is_good_for_its_own_order_alone(sort: Sort) -> None:
    place = Place(datetime(1969, 12, 31, 23, 59, 59, 123000, tzinfo=UTC), ONE)
    cursor = encode_cursor(sort, place)
    assert decode_cursor(sort, cursor) == place
    other = next(each for each in Sort if each is not sort)
    with pytest.raises(BadCursor):
        decode_cursor(other, cursor)


@given(st.text(max_size=400))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(Sort.UPDATED, text)
    with pytest.raises(BadCursor):
        decode_version_cursor(text)


def test_counters_are_applied_once_what_they_count_is_there() -> None:
    tracker = ProgressTracker(Progress(0))
    assert tracker.advance(Positions(views=3, timeline=9), [Counted(20, 4, 9)]).applied == -1
    assert tracker.advance(Positions(views=4, timeline=9), [Counted(30, 9, 9)]).applied == 20


def test_positions_and_not_records_decide_so_that_compaction_harms_nothing() -> None:
    tracker = ProgressTracker(Progress(0), [Counted(5, 100, 200)])
    assert tracker.advance(Positions(views=120, timeline=230)).applied == 5


def test_a_watermark_is_applied_once_all_that_was_published_then_is() -> None:
    tracker = ProgressTracker(Progress(0))
    waiting = tracker.advance(Positions(), watermarks=[mark(-1, 1), mark(7, 2)])
    assert (waiting.complete_until, waiting.heard_until, waiting.published) == (at(1), at(2), 7)
    assert tracker.advance(Positions(), [Counted(7, -1, -1)]).complete_until == at(2)


def test_a_restart_keeps_the_watermark_that_was_pending() -> None:
    stored = ProgressTracker(Progress(0)).advance(Positions(), watermarks=[mark(7, 2)])
    assert ProgressTracker(stored, [Counted(7, -1, -1)]).advance(Positions()).complete_until == at(2)


def test_pending_watermarks_are_bounded_and_the_last_one_counts() -> None:
    tracker = ProgressTracker(Progress(0))
    tracker.advance(Positions(), watermarks=[mark(n, n) for n in range(PENDING_MAX * 3)])
    last = PENDING_MAX * 3 - 1
    assert tracker.advance(Positions(), [Counted(last, -1, -1)]).complete_until == at(last)


def test_lag_is_that_of_the_oldest_partition_and_grows() -> None:
    progress = {p: Progress(p, complete_until=at(p)) for p in range(12)}
    lag = Lag(progress, since=at(0))
    assert lag.overall_ms(at(12)) == 12_000
    assert lag.partition_ms(11, at(12)) == 1_000
    assert lag.partition_ms(11, at(3)) == 0
    assert lag.as_of() == at(0)


def test_a_partition_without_watermark_lags_from_the_beginning() -> None:
    lag = Lag({}, since=at(0))
    assert lag.overall_ms(at(5)) == 5_000
    assert lag.as_of() is None


@pytest.mark.parametrize(("milliseconds", "expected"), [(0, "0"), (2000, "2"), (1500, "1.5"), (-3000, "-3")])
def test_seconds_are_whole_where_they_can_be(milliseconds: int, expected: str) -> None:
    assert str(seconds(milliseconds)) == expected

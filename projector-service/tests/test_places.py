"""Where a batch must start: nothing is skipped, and another log is not taken for ours."""

from datetime import UTC, datetime

import pytest

from projector_service.domain.messages import Received
from projector_service.ports import START, LogChanged, NotOurs, Position, fingerprint
from projector_service.projections.places import Places, check_end


def record(offset: int, value: bytes = b"v") -> Received:
    """Return a record of partition 0."""
    return Received(0, offset, b"k", value, datetime(2024, 5, 1, tzinfo=UTC))


def records(first: int, last: int) -> list[Received]:
    """Return the records from one offset to another, both included."""
    return [record(offset) for offset in range(first, last + 1)]


APPLIED = Position(4, fingerprint(record(4)))


@pytest.fixture
def places() -> Places:
    """Return places that go on from offset 4."""
    places = Places()
    assert places.go_on_from(0, APPLIED) == 4
    return places


def test_the_record_applied_last_is_met_again_and_not_applied_again(places: Places) -> None:
    assert [r.offset for r in places.fresh(records(4, 6))] == [5, 6]
    assert [r.offset for r in places.fresh(records(7, 7))] == [7]


def test_from_the_start_everything_is_new() -> None:
    places = Places()
    assert places.go_on_from(0, START) == 0
    assert [r.offset for r in places.fresh(records(0, 2))] == [0, 1, 2]


def test_a_batch_that_was_fetched_before_the_seek_is_read_again_and_not_taken_for_another_log(places: Places) -> None:
    with pytest.raises(NotOurs):
        places.fresh(records(5, 9))
    places.forget()
    places.go_on_from(0, APPLIED)
    assert [r.offset for r in places.fresh(records(4, 9))] == [5, 6, 7, 8, 9]


def test_records_are_never_skipped_from_the_start_either() -> None:
    places = Places()
    places.go_on_from(0, START)
    with pytest.raises(NotOurs):
        places.fresh(records(3, 5))


@pytest.mark.parametrize("offset", [5, 7])
def test_batches_follow_each_other(places: Places, offset: int) -> None:
    places.fresh(records(4, 5))
    with pytest.raises(NotOurs):
        places.fresh(records(offset, offset))


def test_a_hole_is_believed_when_it_comes_again_after_a_clean_seek() -> None:
    places = Places()
    places.go_on_from(0, START)
    with pytest.raises(NotOurs):
        places.fresh(records(3, 4))
    places.forget()
    places.go_on_from(0, START)
    assert [r.offset for r in places.fresh(records(3, 4))] == [3, 4]


def test_after_a_rebalance_a_jump_is_looked_at_anew() -> None:
    places = Places()
    for _ in range(2):
        places.forget(jumps=True)
        places.go_on_from(0, START)
        with pytest.raises(NotOurs):
            places.fresh(records(3, 4))


def test_another_record_where_the_applied_one_was_is_another_log(places: Places) -> None:
    with pytest.raises(LogChanged):
        places.fresh([record(4, b"something else")])


def test_no_record_where_the_applied_one_was_is_another_log(places: Places) -> None:
    with pytest.raises(NotOurs):
        places.fresh(records(6, 6))
    places.forget()
    places.go_on_from(0, APPLIED)
    with pytest.raises(LogChanged):
        places.fresh(records(6, 6))


def test_a_partition_not_taken_over_is_refused(places: Places) -> None:
    places.forget()
    with pytest.raises(NotOurs):
        places.fresh(records(4, 4))


def test_a_log_that_ends_before_what_was_applied_is_another_one() -> None:
    check_end({0: 4}, {0: 5})
    with pytest.raises(LogChanged):
        check_end({0: 4}, {0: 4})


def test_fingerprints_tell_key_and_value_and_their_absence_apart() -> None:
    moment = datetime(2024, 5, 1, tzinfo=UTC)
    pairs = [(None, None), (b"", b""), (b"", None), (b"a", b"b"), (b"ab", b""), (b"a", None)]
    prints = {fingerprint(Received(0, 0, key, value, moment)) for key, value in pairs}
    assert len(prints) >= len(pairs) - 1  # no key and an empty one are the same to us

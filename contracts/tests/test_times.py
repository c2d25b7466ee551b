"""Times cross every wire in one form: RFC 3339 in UTC, cut to milliseconds."""

import tracemalloc
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ticket_contracts.model import Timestamp, format_time, parse_time, to_utc_ms

TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)

FORMS = [
    ("2016-02-29T01:16:00Z", "2016-02-29T01:16:00Z"),
    ("2016-02-29T01:16:00.000Z", "2016-02-29T01:16:00Z"),
    ("2016-02-29T01:16:00.0009Z", "2016-02-29T01:16:00Z"),
    ("2016-02-29T01:16:00.5Z", "2016-02-29T01:16:00.500Z"),
    ("2016-02-29T01:16:00.1239999Z", "2016-02-29T01:16:00.123Z"),
    (f"2016-02-29T01:16:00.1239999{'9' * 1_000}Z", "2016-02-29T01:16:00.123Z"),
    (f"2016-02-29T01:16:00.5{'0' * 1_000}+02:00", "2016-02-28T23:16:00.500Z"),
    ("2016-02-29T01:16:00+02:00", "2016-02-28T23:16:00Z"),
    ("2016-02-29t01:16:00.25-05:30", "2016-02-29T06:46:00.250Z"),
    ("2016-02-29t01:16:00z", "2016-02-29T01:16:00Z"),
]

NO_TIMES = [
    "",
    "2016-02-29",
    "2016-02-29T01:16:00",
    "2016-02-29T01:16Z",
    "20160229T011600Z",
    "2016-W09-1T01:16:00Z",
    "2016-02-30T01:16:00Z",
    "2016-02-29T25:16:00Z",
    "2016-02-29T01:16:00+0200",
    "2016-02-29T01:16:00Z\n",
    "1456708560",
    "2016-02-29T01:16:00.1234567",
    "2016-02-29T01:16:00.1234567.1234567Z",
    "2016-02-29T01:16:00.123456\u0667Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
]


@pytest.mark.parametrize(("given_form", "written"), FORMS)
def test_the_one_form_is_written_whatever_was_read(given_form: str, written: str) -> None:
    assert format_time(parse_time(given_form)) == written
    assert TIMESTAMP.dump_json(TIMESTAMP.validate_python(given_form)) == f'"{written}"'.encode()


@pytest.mark.parametrize("text", NO_TIMES)
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)
    with pytest.raises(ValidationError):
        TIMESTAMP.validate_python(text)


def test_what_is_remembered_of_a_time_is_short_however_many_digits_it_had() -> None:
    digits = "0" * 100_000
    tracemalloc.start()
    for number in range(50):
        parse_time(f"2016-02-29T01:16:00.{number:06}{digits}Z")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000


@pytest.mark.parametrize("value", [1456708560, 1.5, True, None, datetime(2016, 2, 29)])  # noqa: DTZ001 - on purpose
def test_a_number_or_a_naive_time_is_no_timestamp(value: Any) -> None:
    with pytest.raises(ValidationError):
        TIMESTAMP.validate_python(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_comes_back_cut_to_milliseconds(value: datetime) -> None:
    cut = to_utc_ms(value)
    assert timedelta(0) <= value - cut < timedelta(milliseconds=1)
    assert parse_time(format_time(cut)) == cut
    assert TIMESTAMP.validate_json(TIMESTAMP.dump_json(value)) == cut


@given(
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001 - bounds are naive
    st.integers(-23 * 60, 23 * 60),
)
def test_an_offset_names_the_same_instant(local: datetime, minutes: int) -> None:
    value = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert to_utc_ms(value).utcoffset() == timedelta(0)
    assert abs(to_utc_ms(value) - value) < timedelta(milliseconds=1)

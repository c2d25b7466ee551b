"""Buckets: the day and the month of a time, so that a wide range is a few values to look up, read in another order."""

from datetime import date, datetime, timedelta

BUCKETS_MAX = 150
"""MongoDB merges at most 200 index scans into one order."""

_ONE_DAY = timedelta(days=1)


def buckets_of(time: datetime) -> list[str]:
    """Return the buckets that a time is in."""
    return [_month(time), _day(time)]


def covering(first: datetime, last: datetime) -> list[str]:
    """Return the buckets that together hold all times from `first` to `last`, and few others.

    Whole months where they fit, days at the edges. Empty where that takes more than BUCKETS_MAX.
    """
    found: list[str] = []
    day, end = first.date(), last.date()
    while day <= end and len(found) <= BUCKETS_MAX:
        whole = day.day == 1 and _end_of_month(day) <= end
        found.append(_month(day) if whole else _day(day))
        done = _end_of_month(day) if whole else day
        if done == date.max:
            break
        day = done + _ONE_DAY
    return found if len(found) <= BUCKETS_MAX else []


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def _day(day: date) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def _end_of_month(day: date) -> date:
    if day.month == 12:
        return day.replace(day=31)
    return day.replace(month=day.month + 1, day=1) - _ONE_DAY

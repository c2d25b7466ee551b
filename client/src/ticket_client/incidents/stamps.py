"""The log's time stamps."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1 << 16)  # a log repeats its minutes several times over
def utc(stamp: str) -> str:
    """`D/M/YYYY HH:MM`, read as UTC, in RFC 3339; ValueError when it is not a time."""
    day, clock = stamp.split(" ")
    date, month, year = day.split("/")
    hour, minute = clock.split(":")
    moment = datetime(int(year), int(month), int(date), int(hour), int(minute), tzinfo=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def parse_until(text: str) -> str:
    """An RFC 3339 time as the latest whole second that is not after it, in UTC, comparable as text.

    ValueError when `text` is no time or names no offset: a time without a zone means another moment to each reader.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write 2016-04-01T00:00:00Z")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

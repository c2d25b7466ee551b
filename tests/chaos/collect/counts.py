"""The counters of each place in the one form in which they are compared: nothing that counts zero, times in ms."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from tests.chaos.checker.state import Counts, Json

K = TypeVar("K")


def counts_of_records(records: Iterable[Json]) -> Counts:
    """Return the sum of the records of tickets.stats.v1, one a partition."""
    records = list(records)
    days: dict[str, dict[str, int]] = {}
    for row in (row for record in records for row in record["daily"]):
        _add(days.setdefault(row["day"], {}), {name: n for name, n in row.items() if name != "day"})
    return Counts(
        total=sum(record["total"] for record in records),
        status=_sum(record["by_status"] for record in records),
        priority=_sum(record["by_priority"] for record in records),
        channel=_sum(record["by_channel"] for record in records),
        groups=_pairs((row["key"], row["tickets"], row["live"]) for record in records for row in record["by_group"]),
        days=_present(days),
        resolutions=_pairs(
            (row["priority"], row["tickets"], row["total_ms"])
            for record in records
            for row in record["first_resolution"]
        ),
    )


def counts_of_answers(dashboard: Json, daily: Json) -> Counts:
    """Return what GET /dashboard and GET /dashboard/daily say; the rows of groups must be all that there are."""
    days = {row["day"]: {name: n for name, n in row.items() if name != "day"} for row in daily["days"]}
    return Counts(
        total=dashboard["total"],
        status=_sum([dashboard["by_status"]]),
        priority=_sum([dashboard["by_priority"]]),
        channel=_sum([dashboard["by_channel"]]),
        groups=_pairs((row["group"], row["tickets"], row["live"]) for row in dashboard["by_group"]),
        days=_present(days),
        resolutions=_pairs(
            (priority, row["tickets"], round(row["total_seconds"] * 1000))
            for priority, row in daily["first_resolution"].items()
        ),
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for count in counts:
        _add(total, count)
    return {name: n for name, n in total.items() if n}


def _add(total: dict[str, int], count: Mapping[str, int]) -> None:
    for name, n in count.items():
        total[name] = total.get(name, 0) + n


def _pairs(rows: Iterable[tuple[K, int, int]]) -> dict[K, tuple[int, int]]:
    total: dict[K, tuple[int, int]] = {}
    for key, first, second in rows:
        before = total.get(key, (0, 0))
        total[key] = (before[0] + first, before[1] + second)
    return {key: pair for key, pair in total.items() if pair != (0, 0)}


def _present(days: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    found = {day: {name: n for name, n in row.items() if n} for day, row in days.items()}
    return {day: row for day, row in found.items() if row}

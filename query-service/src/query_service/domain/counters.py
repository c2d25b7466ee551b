"""The counters of all source partitions added up: the dashboard and the daily series."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from ticket_contracts.fields import Channel, Priority, Status
from ticket_contracts.stats import DayCount, StatsRecord

GROUPS_MAX = 1_000
DAY_COUNTS = ("created", "resolved", "closed", "reopened")


@dataclass(frozen=True)
class Totals:
    """Sums over the records of all partitions, one a partition; each is made when it is first asked for."""

    records: Sequence[StatsRecord]

    @cached_property
    def dashboard(self) -> dict[str, Any]:
        """What the dashboard shows, as JSON-ready values."""
        return _dashboard(self.records)

    @cached_property
    def dashboard_json(self) -> bytes:
        """The dashboard as a JSON object."""
        return json.dumps(self.dashboard, separators=(",", ":"), ensure_ascii=False).encode()

    def daily(self, first: date, last: date) -> dict[str, Any]:
        """Return the series of every day from `first` to `last`, both included, and the times to first resolution."""
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        none = dict.fromkeys(DAY_COUNTS, 0)
        return {
            "days": [{"day": day.isoformat(), **self._days.get(day, none)} for day in span],
            "first_resolution": self._first_resolution,
        }

    @cached_property
    def _days(self) -> dict[date, dict[str, int]]:
        return _days(self.records)

    @cached_property
    def _first_resolution(self) -> dict[str, dict[str, Any]]:
        return _first_resolution(self.records)


def _dashboard(records: Sequence[StatsRecord]) -> dict[str, Any]:
    groups, other = _groups(records)
    return {
        "total": sum(record.total for record in records),
        "by_status": _by(Status, (record.by_status for record in records)),
        "by_priority": _by(Priority, (record.by_priority for record in records)),
        "by_channel": _by(Channel, (record.by_channel for record in records)),
        "by_group": groups,
        "other": other,
    }


def _by(names: type[Status] | type[Priority] | type[Channel], counts: Iterable[dict[Any, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return {name.value: total[name] for name in names}


def _groups(records: Sequence[StatsRecord]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the rows by tickets descending, then by name, no group last; and the sum of those beyond 1,000."""
    tickets: Counter[str | None] = Counter()
    live: Counter[str | None] = Counter()
    for record in records:
        for row in record.by_group:
            tickets[row.key] += row.tickets
            live[row.key] += row.live
    present = [key for key, count in tickets.items() if count]
    order = sorted(present, key=lambda key: (-tickets[key], key is None, key or ""))
    shown, rest = order[:GROUPS_MAX], order[GROUPS_MAX:]
    rows = [{"group": key, "tickets": tickets[key], "live": live[key]} for key in shown]
    return rows, {"tickets": sum(tickets[key] for key in rest), "live": sum(live[key] for key in rest)}


def _days(records: Sequence[StatsRecord]) -> dict[date, dict[str, int]]:
    days: dict[date, dict[str, int]] = {}
    for record in records:
        for count in record.daily:
            _add_day(days.setdefault(count.day, dict.fromkeys(DAY_COUNTS, 0)), count)
    return days


def _add_day(total: dict[str, int], count: DayCount) -> None:
    for name in DAY_COUNTS:
        total[name] += getattr(count, name)


def _first_resolution(records: Sequence[StatsRecord]) -> dict[str, dict[str, Any]]:
    tickets: Counter[Priority] = Counter()
    total_ms: Counter[Priority] = Counter()
    for record in records:
        for row in record.first_resolution:
            tickets[row.priority] += row.tickets
            total_ms[row.priority] += row.total_ms
    return {
        priority.value: {"tickets": tickets[priority], "total_seconds": seconds(total_ms[priority])}
        for priority in Priority
    }


def seconds(milliseconds: int) -> int | float:
    """Return ms in seconds, an integer where it is whole."""
    whole, rest = divmod(milliseconds, 1000)
    return milliseconds / 1000 if rest else whole

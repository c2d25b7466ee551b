"""The counters of one events partition: what the dashboard adds up. Changed by one event at a time."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Self

from ticket_contracts.events import Event, TicketClosed, TicketCreated, TicketReopened, TicketResolved
from ticket_contracts.fields import INTEGER_MAX, Channel, Priority, Status
from ticket_contracts.model import JsonObject
from ticket_contracts.stats import DAYS_MAX, GROUPS_MAX, DayCount, FirstResolution, GroupCount, StatsRecord
from ticket_contracts.views import TicketView

_DAILY: dict[type[Event], str] = {
    TicketCreated: "created",
    TicketResolved: "resolved",
    TicketClosed: "closed",
    TicketReopened: "reopened",
}


class Counters:
    """Counts over the tickets of a partition, up to and with `offset`."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.offset = -1
        self.total = 0
        self.status: Counter[Status] = Counter()
        self.priority: Counter[Priority] = Counter()
        self.channel: Counter[Channel] = Counter()
        self.groups: Counter[str | None] = Counter()
        self.live: Counter[str | None] = Counter()
        self.days: dict[date, Counter[str]] = {}
        self.resolutions: Counter[Priority] = Counter()
        self.resolution_ms: Counter[Priority] = Counter()

    def count(self, before: TicketView | None, after: TicketView, event: Event, occurred_at: datetime) -> None:
        """Take the change of one ticket by one event."""
        self.total += before is None
        if before is not None:
            self._add(before, -1)
        self._add(after, +1)
        if kind := _DAILY.get(type(event)):
            day = occurred_at.astimezone(UTC).date()
            self.days.setdefault(day, Counter())[kind] += 1

    def _add(self, view: TicketView, sign: int) -> None:
        self.status[view.status] += sign
        self.priority[view.priority] += sign
        self.channel[view.channel] += sign
        self.groups[view.group] += sign
        self.live[view.group] += sign * view.status.live
        if view.first_resolved_at is not None:
            taken = view.first_resolved_at - view.created_at
            self.resolutions[view.priority] += sign
            self.resolution_ms[view.priority] += sign * round(taken.total_seconds() * 1000)

    def record(self) -> StatsRecord:
        """Return the counters as the contract has them, without the offsets that only a publisher knows (-1)."""
        return StatsRecord.trusted(
            {
                "partition": self.partition,
                "offset": self.offset,
                "views_offset": -1,
                "timeline_offset": -1,
                "total": self.total,
                "by_status": {key: n for key, n in self.status.items() if n},
                "by_priority": {key: n for key, n in self.priority.items() if n},
                "by_channel": {key: n for key, n in self.channel.items() if n},
                "by_group": tuple(
                    GroupCount.trusted({"key": key, "tickets": n, "live": self.live[key]})
                    for key, n in self.groups.items()
                    if n
                ),
                "daily": tuple(DayCount.trusted({"day": day} | _of_day(n)) for day, n in self.days.items()),
                "first_resolution": tuple(
                    FirstResolution.trusted({"priority": key, "tickets": n, "total_ms": self.resolution_ms[key]})
                    for key, n in self.resolutions.items()
                    if n
                ),
            }
        )

    @classmethod
    def of(cls, stored: JsonObject) -> Self:
        """Return the counters of a record in JSON, as it was stored: exact, and under no limit."""
        counters = cls(stored["partition"])
        counters.offset = stored["offset"]
        counters.total = stored["total"]
        counters.status.update({Status(key): n for key, n in stored["by_status"].items()})
        counters.priority.update({Priority(key): n for key, n in stored["by_priority"].items()})
        counters.channel.update({Channel(key): n for key, n in stored["by_channel"].items()})
        for group in stored["by_group"]:
            counters.groups[group["key"]] = group["tickets"]
            counters.live[group["key"]] = group["live"]
        for row in stored["daily"]:
            counters.days[date.fromisoformat(row["day"])] = Counter({k: n for k, n in row.items() if k != "day"})
        for first in stored["first_resolution"]:
            counters.resolutions[Priority(first["priority"])] = first["tickets"]
            counters.resolution_ms[Priority(first["priority"])] = first["total_ms"]
        return counters


def _of_day(counts: Counter[str]) -> dict[str, int]:
    return {kind: counts[kind] for kind in _DAILY.values()}


def within_limits(record: StatsRecord) -> StatsRecord:
    """Return the record itself, or what of it the contract can carry.

    Beyond the limits the groups with the most tickets and the latest days are kept, and sums of times stand at the
    limit: strange input must not hide all other counters.
    """
    times = [first.total_ms for first in record.first_resolution]
    if (
        len(record.by_group) <= GROUPS_MAX
        and len(record.daily) <= DAYS_MAX
        and all(abs(t) <= INTEGER_MAX for t in times)
    ):
        return record
    groups = sorted(record.by_group, key=lambda group: -group.tickets)[:GROUPS_MAX]
    days = sorted(record.daily, key=lambda row: row.day)[-DAYS_MAX:]
    firsts = [
        first.model_copy(update={"total_ms": max(-INTEGER_MAX, min(INTEGER_MAX, first.total_ms))})
        for first in record.first_resolution
    ]
    return record.model_copy(
        update={"by_group": tuple(groups), "daily": tuple(days), "first_resolution": tuple(firsts)}
    )

"""The counters of one events partition: what the dashboard adds up. Changed by one event at a time."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Self

from ticket_contracts.events import Event, TicketClosed, TicketCreated, TicketReopened, TicketResolved
from ticket_contracts.fields import Channel, Priority, Status
from ticket_contracts.stats import DayCount, FirstResolution, GroupCount, StatsRecord
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
        return StatsRecord.model_construct(
            partition=self.partition,
            offset=self.offset,
            views_offset=-1,
            timeline_offset=-1,
            total=self.total,
            by_status={key: n for key, n in self.status.items() if n},
            by_priority={key: n for key, n in self.priority.items() if n},
            by_channel={key: n for key, n in self.channel.items() if n},
            by_group=tuple(
                GroupCount.model_construct(key=key, tickets=n, live=self.live[key])
                for key, n in self.groups.items()
                if n
            ),
            daily=tuple(
                DayCount.model_construct(
                    day=day, created=n["created"], resolved=n["resolved"], closed=n["closed"], reopened=n["reopened"]
                )
                for day, n in self.days.items()
            ),
            first_resolution=tuple(
                FirstResolution.model_construct(priority=key, tickets=n, total_ms=self.resolution_ms[key])
                for key, n in self.resolutions.items()
                if n
            ),
        )

    @classmethod
    def of(cls, record: StatsRecord) -> Self:
        """Return the counters that `record` holds."""
        counters = cls(record.partition)
        counters.offset = record.offset
        counters.total = record.total
        counters.status.update(record.by_status)
        counters.priority.update(record.by_priority)
        counters.channel.update(record.by_channel)
        for group in record.by_group:
            counters.groups[group.key] = group.tickets
            counters.live[group.key] = group.live
        for row in record.daily:
            counters.days[row.day] = Counter(row.model_dump(exclude={"day"}))
        for first in record.first_resolution:
            counters.resolutions[first.priority] = first.tickets
            counters.resolution_ms[first.priority] = first.total_ms
        return counters

"""The figures of the read side, in the words of the expected.json files."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic_core import from_json

from ticket_client.checks.digest import TIMES, sorted_lines, ticket_digest
from ticket_client.models import Daily, Dashboard
from ticket_client.queries import QueryService

LONGEST_RANGE = 731
"""Days that one request for the daily series may cover."""
HAPPENINGS = ("created", "resolved", "closed", "reopened")


@dataclass(frozen=True, slots=True)
class Tickets:
    """What the export says."""

    digest: str
    first: list[list[Any]]
    """The first twenty lines of the digest."""
    total: int
    versions: Counter[int]
    reopen_counts: Counter[int]
    days: tuple[date, date] | None
    """The first and last day named on any ticket; None when there is no ticket."""


def summarise(tickets: list[dict[str, Any]]) -> Tickets:
    """From the documents of the export."""
    lines = sorted_lines(tickets)
    times = [one[name] for one in tickets for name in TIMES if one[name] is not None]
    return Tickets(
        ticket_digest(lines),
        lines[:20],
        len(tickets),
        Counter(one["version"] for one in tickets),
        Counter(one["reopen_count"] for one in tickets),
        (date.fromisoformat(min(times)[:10]), date.fromisoformat(max(times)[:10])) if times else None,
    )


async def read_tickets(queries: QueryService, on_ticket: Callable[[int], None] = lambda _: None) -> Tickets:
    """Stream the whole export; `on_ticket` hears of each ticket read."""
    documents = []
    async for text in queries.export_lines():
        documents.append(from_json(text))
        on_ticket(1)
    return summarise(documents)


async def read_figures(queries: QueryService, on_ticket: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """Everything that an expected.json file holds and the read side knows, counts of zero left out."""
    tickets = await read_tickets(queries, on_ticket)
    dailies = [await queries.daily(*days) for days in ranges(tickets.days)]
    return figures(tickets, await queries.dashboard(), dailies)


def ranges(days: tuple[date, date] | None) -> Iterator[tuple[date, date]]:
    """The days from first to last in pieces that one request may ask for."""
    if days is None:
        return
    first, last = days
    while first <= last:
        end = min(last, first + timedelta(days=LONGEST_RANGE - 1))
        yield first, end
        first = end + timedelta(days=1)


def figures(tickets: Tickets, dashboard: Dashboard, dailies: list[Daily]) -> dict[str, Any]:
    """The figures, one by one."""
    daily = {name: _series(dailies, name) for name in HAPPENINGS}
    return {
        "tickets": dashboard.total,
        "events_total": sum(version * count for version, count in tickets.versions.items()),
        "events": {f"Ticket{name.title()}": sum(days.values()) for name, days in daily.items()},
        "by_status": _some(dashboard.by_status.items()),
        "by_priority": _some(dashboard.by_priority.items()),
        "by_channel": _some(dashboard.by_channel.items()),
        "by_group": _some((str(one.group), one.tickets) for one in dashboard.by_group),
        "by_reopen_count": _some((str(count), number) for count, number in tickets.reopen_counts.items()),
        "daily": daily,
        "first_resolution": {
            priority: {"tickets": one.tickets, "total_seconds": one.total_seconds}
            for priority, one in (dailies[0].first_resolution if dailies else {}).items()
            if one.tickets
        },
        "max_version": max(tickets.versions, default=0),
        "ticket_digest": tickets.digest,
        "first_tickets": tickets.first,
    }


def _series(dailies: list[Daily], name: str) -> dict[str, int]:
    return _some((day.day.isoformat(), getattr(day, name)) for daily in dailies for day in daily.days)


def _some(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in counts if count}

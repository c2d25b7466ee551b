"""Counts tickets the plain way: all views, one after the other, and all events for what happened by day."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tests.chaos.checker.state import Counts, Event, Json

BY_DAY = {
    "TicketCreated": "created",
    "TicketResolved": "resolved",
    "TicketClosed": "closed",
    "TicketReopened": "reopened",
}
ENDS = ("resolved", "closed")


def count(views: Iterable[Json], events: Iterable[Event]) -> Counts:
    """Return the counts over folded views and the events that they were folded from, each once."""
    views = list(views)
    return Counts(
        total=len(views),
        status=Counter(view["status"] for view in views),
        priority=Counter(view["priority"] for view in views),
        channel=Counter(view["channel"] for view in views),
        groups=_groups(views),
        days=_days(events),
        resolutions=_resolutions(views),
    )


def _groups(views: Iterable[Json]) -> Mapping[str | None, tuple[int, int]]:
    groups: dict[str | None, tuple[int, int]] = {}
    for view in views:
        tickets, live = groups.get(view["group"], (0, 0))
        groups[view["group"]] = (tickets + 1, live + (view["status"] not in ENDS))
    return groups


def _days(events: Iterable[Event]) -> Mapping[str, Mapping[str, int]]:
    days: dict[str, Counter[str]] = {}
    for event in events:
        if event.name in BY_DAY:
            days.setdefault(event.occurred_at[:10], Counter())[BY_DAY[event.name]] += 1
    return days


def _resolutions(views: Iterable[Json]) -> Mapping[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for view in views:
        if view["first_resolved_at"] is not None:
            taken = datetime.fromisoformat(view["first_resolved_at"]) - datetime.fromisoformat(view["created_at"])
            tickets, total = found.get(view["priority"], (0, 0))
            found[view["priority"]] = (tickets + 1, total + taken // timedelta(milliseconds=1))
    return found

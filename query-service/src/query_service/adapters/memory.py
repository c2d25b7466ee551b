"""The whole read model in memory: all ports at once, for tests. It keeps to the same rules as MongoDB's."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from query_service.domain.documents import prepare_entry, prepare_ticket
from query_service.domain.facets import facets_of, wanted_facets
from query_service.domain.listing import ListedTicket, ListQuery, Place, TicketFilter
from query_service.domain.progress import Positions, Progress
from query_service.domain.searching import Rank, SearchPage, SearchQuery, has_all, rank_of
from query_service.domain.states import TicketState, state_of
from query_service.domain.words import born, posts_of
from query_service.ports import FoundEntry, FoundTicket, ReadModelReplaced, Unreadable, ViewRecord
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.views import ErasedTicket, TicketView


class MemoryWriter:
    """The port `ReadModelWriter`; what it wrote can be read by the others."""

    def __init__(self) -> None:
        self.views: dict[str, ViewRecord] = {}
        self.entries: dict[str, TimelineEntry] = {}
        self.counters: dict[int, StatsRecord] = {}
        self.unreadable: list[Unreadable] = []
        self.progress: dict[int, Progress] = {}

    async def write_views(self, records: Sequence[ViewRecord]) -> None:
        """See the port."""
        for record in records:
            known = self.views.get(record.id)
            if known is None or (known.version, known.offset) < (record.version, record.offset):
                self.views[record.id] = record

    async def add_views(self, records: Sequence[ViewRecord]) -> None:
        """See the port."""
        await self.write_views(records)

    async def write_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        """See the port."""
        for entry in entries:
            if not isinstance(self.views.get(entry.ticket_id), ErasedTicket):
                self.entries.setdefault(entry.key, entry)

    async def drop_timelines(self, ticket_ids: Sequence[str]) -> None:
        """See the port."""
        self.entries = {key: entry for key, entry in self.entries.items() if entry.ticket_id not in ticket_ids}

    async def write_counters(self, records: Iterable[StatsRecord]) -> None:
        """See the port."""
        for record in records:
            known = self.counters.get(record.partition)
            if known is None or known.offset < record.offset:
                self.counters[record.partition] = record

    async def quarantine(self, records: Sequence[Unreadable]) -> None:
        """See the port."""
        self.unreadable += [record for record in records if record not in self.unreadable]

    async def save_progress(self, progress: Iterable[Progress], known: Mapping[int, Positions]) -> None:
        """See the port."""
        for partition, positions in known.items():
            stored = self.progress.get(partition, Progress(partition))
            if not stored.positions.has_reached(positions):
                raise ReadModelReplaced(f"partition {partition} is behind what was stored")
        for each in progress:
            self.progress[each.partition] = _forwards(self.progress.get(each.partition), each)


class MemoryTickets:
    """The port `Tickets`."""

    def __init__(self, written: MemoryWriter) -> None:
        self._written = written

    async def find(self, ticket_id: str) -> FoundTicket | None:
        """See the port."""
        view = self._written.views.get(ticket_id)
        if not isinstance(view, TicketView):
            return None
        return FoundTicket(view.version, view.stale is not None, prepare_ticket(view))

    async def page(self, query: ListQuery) -> list[ListedTicket]:
        """See the port."""
        found = [ListedTicket(_place(view, query), prepare_ticket(view).item) for view in self._matching(query.filter)]
        found.sort(key=lambda ticket: _order(query, ticket.place))
        if query.after is not None:
            start = _order(query, query.after)
            found = [ticket for ticket in found if _order(query, ticket.place) > start]
        return found[query.skip : query.skip + query.limit]

    async def search(self, query: SearchQuery) -> SearchPage:
        """See the port; everything is ranked."""
        ranks = {}
        for view in self._matching(query.filter):
            posts = posts_of(view)
            if has_all(query.words, posts):
                ranks[rank_of(query.words, posts, born(view), view.id)] = view
        found = sorted(rank for rank in ranks if not isinstance(query.after, Rank) or rank > query.after)
        shown = found[query.skip : query.skip + query.limit]
        more = len(found) > query.skip + query.limit
        items = [prepare_ticket(ranks[rank]).item for rank in shown]
        return SearchPage(items, shown[-1] if more else None, complete=True)

    async def states(self, ticket_ids: Collection[str]) -> dict[str, TicketState]:
        """See the port."""
        known = self._written.views
        return {ticket_id: state_of(known[ticket_id]) for ticket_id in ticket_ids if ticket_id in known}

    async def export(self, updated_since: datetime | None) -> AsyncIterator[list[bytes]]:
        """See the port."""
        views = self._matching(TicketFilter(updated_since=updated_since))
        documents = [prepare_ticket(view).exported() for view in sorted(views, key=lambda view: view.id)]
        if documents:
            yield documents

    def _matching(self, wanted: TicketFilter) -> list[TicketView]:
        views = (view for view in self._written.views.values() if isinstance(view, TicketView))
        return [view for view in views if _matches(view, wanted)]


class MemoryTimeline:
    """The port `Timeline`."""

    def __init__(self, written: MemoryWriter) -> None:
        self._written = written

    async def page(self, ticket_id: str, after: int, limit: int) -> list[FoundEntry]:
        """See the port."""
        entries = [e for e in self._written.entries.values() if e.ticket_id == ticket_id and e.version > after]
        entries.sort(key=lambda entry: entry.version)
        return [FoundEntry(entry.version, prepare_entry(entry)) for entry in entries[:limit]]

    async def present(self, keys: Collection[str]) -> set[str]:
        """See the port."""
        return {key for key in keys if key in self._written.entries}


class MemoryCounters:
    """The port `Counters`."""

    def __init__(self, written: MemoryWriter) -> None:
        self._written = written

    async def offsets(self) -> dict[int, int]:
        """See the port."""
        return {partition: record.offset for partition, record in self._written.counters.items()}

    async def records(self, partitions: Collection[int]) -> list[StatsRecord]:
        """See the port."""
        return [record for partition, record in self._written.counters.items() if partition in partitions]


class MemoryProgress:
    """The ports `ProgressLog` and `FirstFill`."""

    def __init__(self, written: MemoryWriter) -> None:
        self._written = written
        self._since: datetime | None = None
        self._ends: dict[int, Positions] = {}
        self._documents_in = False
        self._complete = False

    async def load(self) -> dict[int, Progress]:
        """See the port."""
        return dict(self._written.progress)

    async def begin(self, ends: Mapping[int, Positions], now: datetime) -> None:
        """See the port."""
        if self._since is None:
            self._since, self._ends = now, dict(ends)

    async def since(self) -> datetime | None:
        """See the port."""
        return self._since

    async def documents_are_in(self) -> None:
        """See the port."""
        self._documents_in = True

    async def is_complete(self) -> bool:
        """See the port."""
        if self._since is not None and self._documents_in and not self._complete:
            at = {p: progress.positions for p, progress in self._written.progress.items()}
            self._complete = all(at.get(p, Positions()).has_reached(end) for p, end in self._ends.items())
        return self._complete


def _forwards(known: Progress | None, new: Progress) -> Progress:
    if known is None:
        return new
    positions = Positions(*(max(pair) for pair in zip(known.positions, new.positions, strict=True)))
    return replace(
        new,
        positions=positions,
        applied=max(known.applied, new.applied),
        published=max(known.published, new.published),
        heard_until=_later(known.heard_until, new.heard_until),
        complete_until=_later(known.complete_until, new.complete_until),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _place(view: TicketView, query: ListQuery) -> Place:
    return Place(getattr(view, query.sort.field), view.id)


def _order(query: ListQuery, place: Place) -> tuple[float, str]:
    time = place.time.timestamp()
    return (-time if query.sort.descending else time, place.ticket_id)


def _matches(view: TicketView, wanted: TicketFilter) -> bool:
    have = set(facets_of(view))
    return (
        all(have.intersection(choice) for choice in wanted_facets(wanted))
        and _is_within(view.created_at, wanted.created_since, wanted.created_before)
        and _is_within(view.updated_at, wanted.updated_since, wanted.updated_before)
    )


def _is_within(time: datetime, since: datetime | None, before: datetime | None) -> bool:
    return (since is None or since <= time) and (before is None or time < before)

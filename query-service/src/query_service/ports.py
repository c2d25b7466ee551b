"""What the queries and the ingest need of the outside world. Adapters and their stand-in in memory implement it."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from query_service.domain.documents import TicketDocument
from query_service.domain.listing import ListedTicket, ListQuery
from query_service.domain.news import News
from query_service.domain.progress import Positions, Progress
from query_service.domain.searching import SearchPage, SearchQuery
from query_service.domain.states import TicketState
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, TicketView

ViewRecord = TicketView | ParkedBeforeBirth | ErasedTicket


class ListsNotReady(Exception):
    """The first fill has not come to what lists and searches need."""


class NothingServed(Exception):
    """It is not known yet which generation of the read model serves."""


@dataclass(frozen=True)
class FoundTicket:
    """A ticket that can be shown. `parked` tickets carry `stale` in their JSON."""

    version: int
    parked: bool
    document: TicketDocument


@dataclass(frozen=True)
class FoundEntry:
    """One timeline entry as JSON."""

    version: int
    entry: bytes


@dataclass(frozen=True)
class Unreadable:
    """A record that could not be taken in: where it was, what it was, and why not (no values of it in `why`)."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    why: str


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A view or marker was written; `version` and `offset` are those of its guard."""

    news: News
    version: int
    offset: int


@dataclass(frozen=True, slots=True)
class CountersChanged:
    """The counters of a partition were written, up to `offset`."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ProgressChanged:
    """The positions of a partition were written, behind the data that they speak of."""

    progress: Progress


Changed = TicketChanged | CountersChanged | ProgressChanged


class ReadModelReplaced(Exception):
    """The read model was emptied or dropped: what was read of it says nothing any more."""


class Changes(Protocol):
    """What all processes write to the read model."""

    def follow(self) -> AbstractAsyncContextManager[AsyncIterator[Changed]]:
        """Yield, once nothing written from then on is missed, what is written, in the order in which it can be read.

        The iterator raises ReadModelReplaced.
        """
        ...


class Tickets(Protocol):
    """Tickets as the read model holds them."""

    async def find(self, ticket_id: str) -> FoundTicket | None:
        """Return the ticket; None where there is none to show (unknown, erased, parked before its first event)."""
        ...

    async def page(self, query: ListQuery) -> list[ListedTicket]:
        """Return at most `query.limit` tickets in the query's order."""
        ...

    async def search(self, query: SearchQuery) -> SearchPage:
        """Return a page of the tickets that have all words of the query, best first, with bounded work."""
        ...

    async def states(self, ticket_ids: Collection[str]) -> dict[str, TicketState]:
        """Return the states of those of the tickets that are known, markers included."""
        ...

    def export(self, updated_since: datetime | None) -> AsyncIterator[list[bytes]]:
        """Yield all tickets by id, in chunks of JSON documents."""
        ...


class Timeline(Protocol):
    """The tickets' history."""

    async def page(self, ticket_id: str, after: int, limit: int) -> list[FoundEntry]:
        """Return at most `limit` entries with a version above `after`, by version."""
        ...

    async def present(self, keys: Collection[str]) -> set[str]:
        """Return those of the timeline keys whose entries are there."""
        ...


class Counters(Protocol):
    """The counters of each source partition."""

    async def offsets(self) -> dict[int, int]:
        """Return the offset up to which each partition is counted."""
        ...

    async def records(self, partitions: Collection[int]) -> list[StatsRecord]:
        """Return the counters of those of the partitions that have any."""
        ...


class ProgressLog(Protocol):
    """How far ingest has come, of all members of the group."""

    async def load(self) -> dict[int, Progress]:
        """Return the progress by source partition."""
        ...


class FirstFill(Protocol):
    """The first fill from empty: it begins once and is complete once, whatever restarts in between."""

    async def begin(self, ends: Mapping[int, Positions], now: datetime) -> None:
        """Note where each partition of the read topics ended at the very first start; later calls do nothing."""
        ...

    async def since(self) -> datetime | None:
        """Return when this read model was begun; None before the first ingest."""
        ...

    async def documents_are_in(self) -> None:
        """Make lists ready, now that all of this member's tickets are in; called again, it changes nothing."""
        ...

    async def is_complete(self) -> bool:
        """Return whether lists are ready and all positions have once been at or past what `begin` noted."""
        ...


class ReadModelWriter(Protocol):
    """Where ingest writes. Duplicates and older records change nothing, in whatever order they come."""

    async def write_views(self, records: Sequence[ViewRecord]) -> None:
        """Store views and markers, guarded by (version, offset of the last change)."""
        ...

    async def add_views(self, records: Sequence[ViewRecord]) -> None:
        """Do the same for tickets that are hardly ever stored yet, as in a first fill; cheaper for those."""
        ...

    async def write_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        """Store entries that are absent, but none of a ticket whose erasure is stored."""
        ...

    async def drop_timelines(self, ticket_ids: Sequence[str]) -> None:
        """Remove all entries of erased tickets."""
        ...

    async def write_counters(self, records: Iterable[StatsRecord]) -> None:
        """Store counters, guarded by offset."""
        ...

    async def quarantine(self, records: Sequence[Unreadable]) -> None:
        """Keep what could not be read."""
        ...

    async def save_progress(self, progress: Iterable[Progress], known: Mapping[int, Positions]) -> None:
        """Store positions behind the data they speak of; nothing in them ever goes backwards.

        `known` are those, by partition, that were stored before. Raises ReadModelReplaced where what is stored is
        behind them: what lies in between may be missing.
        """
        ...

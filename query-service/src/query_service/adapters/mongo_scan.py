"""Tickets that have some words, as the index on words holds them: stretch by stretch, in each the newest first.

Nothing is passed over but what the other words of a search, or its filter, leave out: at most SCANNED_MAX tickets of
each stretch for one page. The next page goes on from there, so that all of them come, each once.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from pymongo.asynchronous.cursor import AsyncCursor

from query_service.adapters.mongo_conditions import filtered, having
from query_service.adapters.mongo_schema import WORDS_INDEX, Collection, Document
from query_service.domain.routes import Stretch, stretches
from query_service.domain.searching import Scan, SearchPage, SearchQuery
from query_service.domain.words import SHORT_FORMS

SCANNED_MAX = 2_000

_NEWEST_FIRST = [("born", -1)]


class _Found(NamedTuple):
    """A ticket, and where it was; without an item the place where looking on was given up."""

    place: Scan
    item: bytes | None


async def scan(tickets: Collection, query: SearchQuery, start: Scan, is_ranked: bool) -> SearchPage:
    """Return the page that begins behind `start`; `is_ranked` says that the order is the right one."""
    items: list[bytes] = []
    places: list[Scan] = []
    async for found in _all(tickets, query, start):
        if found.item is None:
            return SearchPage(items, found.place, complete=False)
        if len(items) == query.limit:
            return SearchPage(items, _end(start, places, found.place), is_ranked)
        items.append(found.item)
        places.append(found.place)
    return SearchPage(items, None, is_ranked)


def _end(start: Scan, places: Sequence[Scan], following: Scan) -> Scan:
    """Return where a page ends that began at `start` and shows what is at `places`.

    What follows may be `born` as the same number as the last ones shown: then so many of that number are left out.
    """
    last = places[-1]
    if following != last:
        return last
    assert last.behind is not None  # noqa: S101 - it is where a ticket was
    level = replace(last, behind=last.behind + 1)
    begun = start.skip if replace(start, skip=0) == level else 0
    return replace(level, skip=begun + places.count(last))


async def _all(tickets: Collection, query: SearchQuery, start: Scan) -> AsyncIterator[_Found]:
    behind, left_out = start.behind, start.skip
    wanted = query.limit + 1
    for number, stretch in enumerate(stretches(query.words, start.route)):
        if number < start.stretch:
            continue
        part = _Part(tickets, query, stretch, behind)
        await part.bound()
        passed = await part.pass_over(left_out)
        if passed == left_out:
            for row in await part.rows(left_out, wanted):
                wanted -= 1
                yield _Found(Scan(start.route, number, row["born"]), row["item"])
        left_out -= passed
        if wanted and part.end is not None:
            yield _Found(Scan(start.route, number, part.end, left_out), None)
        if not wanted:
            return
        behind = None


class _Part:
    """What may be looked at of a stretch for one page."""

    def __init__(self, tickets: Collection, query: SearchQuery, stretch: Stretch, behind: int | None) -> None:
        self._tickets = tickets
        self._checks = [*having(stretch.others), *filtered(query.filter)]
        # Hardly any fails this one: no reason to look where to stop.
        self._is_pair = having(stretch.pair, SHORT_FORMS)
        self._born: Document = {} if behind is None else {"$lt": behind}
        self._post = stretch.post
        self.end: int | None = None

    async def bound(self) -> None:
        """Find where to stop: nowhere, if every ticket that is looked at is returned."""
        if self._checks:
            last = self._find({"_id": 0, "born": 1}, checked=False).skip(SCANNED_MAX - 1).limit(1)
            for row in await last.to_list():
                self.end = row["born"]
                self._born["$gte"] = self.end

    async def pass_over(self, count: int) -> int:
        """Return how many there are, up to `count`."""
        if not count:
            return 0
        return await self._tickets.count_documents(self._condition(checked=True), hint=WORDS_INDEX, limit=count)

    async def rows(self, skip: int, limit: int) -> list[Document]:
        """Return those behind the first `skip`."""
        return await self._find({"born": 1, "item": 1}, checked=True).skip(skip).limit(limit).to_list()

    def _find(self, fields: Document, *, checked: bool) -> AsyncCursor[Document]:
        return self._tickets.find(self._condition(checked), fields).sort(_NEWEST_FIRST).hint(WORDS_INDEX)

    def _condition(self, checked: bool) -> Document:
        born = [{"born": self._born}] if self._born else []
        return {"$and": [{"words": self._post}, *born, *([*self._is_pair, *self._checks] if checked else [])]}

"""Which index answers a list, so that little more is examined than is returned, whatever is combined.

One filter, or none, is read in order along its facet. Of several, the index on pairs (or a facet within a range of
time) says how many tickets can match: few are fetched and sorted, many are met soon enough in order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from query_service.adapters.mongo_conditions import bucketed, led_by, order_of, paired, within
from query_service.adapters.mongo_schema import PAIRS_INDEX, Collection, Document, bucket_index, list_index
from query_service.adapters.mongo_sizes import Sizes
from query_service.domain.buckets import covering
from query_service.domain.facets import ANY_TICKET, wanted_facets
from query_service.domain.listing import ListQuery, Sort
from query_service.domain.pairs import wanted_pairs

FEW = 40
"""Tickets that are fetched and sorted, at most, for each one that a page may show."""

LEADS_MAX = 3
"""Facets of one filter that are tried with its range of time."""


@dataclass(frozen=True)
class Plan:
    """An index, and the whole condition of a list in a form that scans just a part of that index."""

    index: str
    condition: Document


@dataclass(frozen=True)
class Candidate:
    """A plan, and what of its condition the index decides by itself: counting that touches no ticket."""

    plan: Plan
    scanned: Document


class Planner:
    """Chooses plans for lists of the collection `tickets`."""

    def __init__(self, tickets: Collection) -> None:
        self._tickets = tickets
        self._sizes = Sizes(tickets)

    async def plan(self, query: ListQuery) -> Plan:
        """Return the plan for a page; asks the database for counts where filters are combined.

        Counts may be a minute old: what is chosen by them then takes longer, and finds the same.
        """
        few = FEW * query.limit + query.skip
        candidates = [] if _is_plain(query) else [*_by_external_id(query), *_by_pairs(query), *_by_times(query)]
        if candidates:
            found = await self._counts([(each.plan.index, each.scanned) for each in candidates], few + 1)
            if min(found) <= few:
                return candidates[found.index(min(found))].plan
        lead = await self._rarest(query, 5 * few)
        if await self._starts_far_off(lead, query, few // 2) and (buckets := await self._buckets(query)):
            return Plan(bucket_index(query.sort), bucketed(buckets, query))
        return Plan(list_index(query.sort), led_by(lead, query))

    async def fewest(self, query: ListQuery, limit: int) -> tuple[Plan, int] | None:
        """Return the plan that has the fewest tickets to look at, and their number as far as counting to `limit` tells.

        None where the query asks for nothing in particular.
        """
        candidates = [*_by_pairs(query), *_by_times(query), *_by_facets(query)]
        if not candidates:
            return None
        counts = (self._sizes.now(each.plan.index, each.scanned, limit) for each in candidates)
        found = list(await asyncio.gather(*counts))
        return candidates[found.index(min(found))].plan, min(found)

    async def _rarest(self, query: ListQuery, limit: int) -> list[str]:
        """Return the choice of facets with the fewest tickets, as far as counting to `limit` tells."""
        choices = wanted_facets(query.filter)
        if _is_plain(query) or len(choices) == 1:
            return choices[0]
        index = list_index(query.sort)
        found = await self._counts([(index, {"facets": {"$in": choice}}) for choice in choices], limit)
        return choices[found.index(min(found))]

    async def _starts_far_off(self, lead: list[str], query: ListQuery, far: int) -> bool:
        """Say whether reading in order passes `far` tickets that the range of the other time excludes."""
        other = query.sort.other
        since, before = query.filter.bounds(other.field)
        beyond = [{"$gte": before}] if before and query.sort.descending else []
        if since and (not query.sort.descending or _is_past(since, query)):
            beyond.append({"$lt": since})
        passed = [(list_index(other), {"facets": {"$in": lead}, other.field: edge}) for edge in beyond]
        return any(count >= far for count in await self._counts(passed, far))

    async def _buckets(self, query: ListQuery) -> list[str]:
        """Return the buckets in the range of the time that is not sorted by; empty where they are too many."""
        latest = query.sort.other
        earliest = Sort.CREATED if latest.field == "created_at" else Sort.UPDATED
        first, last = await asyncio.gather(self._end(earliest), self._end(latest))
        if first is None or last is None:
            return []
        since, before = query.filter.bounds(latest.field)
        return covering(max(first, since or first), min(last, before or last))

    async def _end(self, sort: Sort) -> datetime | None:
        rows = self._tickets.find({"facets": ANY_TICKET}, {"_id": 0, sort.field: 1}).sort(order_of(sort))
        found = await rows.hint(list_index(sort)).limit(1).to_list()
        return found[0][sort.field] if found else None

    async def _counts(self, scans: Sequence[tuple[str, Document]], limit: int) -> list[int]:
        counts = (self._sizes.about(index, scanned, limit) for index, scanned in scans)
        return list(await asyncio.gather(*counts))


def _is_plain(query: ListQuery) -> bool:
    """Say whether reading in order along the first facet is right without counting.

    So it is for a single filter, with a range of the time sorted by.
    """
    facets = sum(choice != [ANY_TICKET] for choice in wanted_facets(query.filter))
    own, other = (
        sum(bound is not None for bound in query.filter.bounds(sort.field)) for sort in (query.sort, query.sort.other)
    )
    return facets + other + (own if other else 0) <= 1


def _is_past(since: datetime, query: ListQuery) -> bool:
    """Say whether a page begins among tickets that are all older than `since`, but for those changed late."""
    return query.after is not None and query.after.time <= since


def _by_external_id(query: ListQuery) -> list[Candidate]:
    """Return the external id alone: mostly one ticket has it, but an import may have given thousands the same."""
    return [] if query.filter.external_id is None else _by_facets(query)[:1]


def _by_pairs(query: ListQuery) -> list[Candidate]:
    return [
        Candidate(Plan(PAIRS_INDEX, paired(numbers, query)), {"pairs": {"$in": numbers}})
        for numbers in wanted_pairs(query.filter)
    ]


def _by_facets(query: ListQuery) -> list[Candidate]:
    """Return each choice of facets alone, most telling first."""
    index = list_index(query.sort)
    choices = [choice for choice in wanted_facets(query.filter) if choice != [ANY_TICKET]]
    return [Candidate(Plan(index, led_by(choice, query)), {"facets": {"$in": choice}}) for choice in choices]


def _by_times(query: ListQuery) -> list[Candidate]:
    """Return a facet in a range of time: in order where that time is sorted by."""
    found = []
    for sort in (query.sort, query.sort.other):
        if span := within(sort.field, query.filter):
            for lead in wanted_facets(query.filter)[:LEADS_MAX]:
                plan = Plan(list_index(sort), led_by(lead, query))
                found.append(Candidate(plan, {"facets": {"$in": lead}, **span}))
    return found

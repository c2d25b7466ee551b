"""Which index answers a list, so that little more is examined than is returned, whatever is combined.

One filter, or none, is read in order along its facet. Of several, the index on pairs (or a facet within a range of
time) says how many tickets can match: few are fetched and sorted, many are met soon enough in order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from query_service.adapters.mongo_conditions import led_by, order_of, paired, within
from query_service.adapters.mongo_schema import PAIRS_INDEX, Collection, Document, list_index
from query_service.domain.facets import ANY_TICKET, buckets, wanted_facets
from query_service.domain.listing import ListQuery, Sort, TicketFilter
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

    async def plan(self, query: ListQuery) -> Plan:
        """Return the plan for a page; asks the database for counts where filters are combined."""
        few = FEW * query.limit + query.skip
        candidates = [] if _is_plain(query) else [*_by_pairs(query), *_by_times(query)]
        if candidates:
            found = await self._counts([(each.plan.index, each.scanned) for each in candidates], few + 1)
            if min(found) <= few:
                return candidates[found.index(min(found))].plan
        lead = await self._rarest(query, 5 * few)
        if await self._starts_far_off(lead, query, few // 2):
            lead = await self._buckets(query.filter) or lead
        return Plan(list_index(query.sort), led_by(lead, query))

    async def _rarest(self, query: ListQuery, limit: int) -> list[str]:
        """Return the choice of facets with the fewest tickets, as far as counting to `limit` tells."""
        choices = wanted_facets(query.filter)
        if _is_plain(query) or len(choices) == 1:
            return choices[0]
        index = list_index(query.sort)
        found = await self._counts([(index, {"facets": {"$in": choice}}) for choice in choices], limit)
        return choices[found.index(min(found))]

    async def _starts_far_off(self, lead: list[str], query: ListQuery, far: int) -> bool:
        """Say whether reading by `updated_at` passes `far` tickets that the range of `created_at` excludes.

        The other way round there are no buckets: those of a time that changes would double what a change writes.
        """
        edge, beyond = (
            (query.filter.created_before, "$gte") if query.sort.descending else (query.filter.created_since, "$lt")
        )
        if edge is None or query.sort.field == "created_at":
            return False
        passed = {"facets": {"$in": lead}, "created_at": {beyond: edge}}
        return (await self._counts([(list_index(Sort.CREATED_DESC), passed)], far))[0] >= far

    async def _buckets(self, wanted: TicketFilter) -> list[str]:
        """Return the facets of the days and months in the range of `created_at`; empty where they are too many."""
        first, last = await asyncio.gather(self._end(Sort.CREATED), self._end(Sort.CREATED_DESC))
        if first is None or last is None:
            return []
        return buckets(max(first, wanted.created_since or first), min(last, wanted.created_before or last))

    async def _end(self, sort: Sort) -> datetime | None:
        rows = self._tickets.find({"facets": ANY_TICKET}, {"_id": 0, sort.field: 1}).sort(order_of(sort))
        found = await rows.hint(list_index(sort)).limit(1).to_list()
        return found[0][sort.field] if found else None

    async def _counts(self, scans: Sequence[tuple[str, Document]], limit: int) -> list[int]:
        counts = (self._tickets.count_documents(scanned, hint=index, limit=limit) for index, scanned in scans)
        return list(await asyncio.gather(*counts))


def _is_plain(query: ListQuery) -> bool:
    """Say whether reading in order along the first facet is right without counting.

    So it is for a single filter, with a range of the time sorted by; and an external id has hardly a namesake.
    """
    if query.filter.external_id is not None:
        return True
    facets = sum(choice != [ANY_TICKET] for choice in wanted_facets(query.filter))
    own, other = (
        sum(bound is not None for bound in query.filter.bounds(sort.field)) for sort in (query.sort, query.sort.other)
    )
    return facets + other + (own if other else 0) <= 1


def _by_pairs(query: ListQuery) -> list[Candidate]:
    return [
        Candidate(Plan(PAIRS_INDEX, paired(numbers, query)), {"pairs": {"$in": numbers}})
        for numbers in wanted_pairs(query.filter)
    ]


def _by_times(query: ListQuery) -> list[Candidate]:
    """Return a facet in a range of time: in order where that time is sorted by."""
    found = []
    for sort in (query.sort, query.sort.other):
        if span := within(sort.field, query.filter):
            for lead in wanted_facets(query.filter)[:LEADS_MAX]:
                plan = Plan(list_index(sort), led_by(lead, query))
                found.append(Candidate(plan, {"facets": {"$in": lead}, **span}))
    return found

"""Searches in MongoDB: what one costs is bounded, however many tickets have its words.

Few that may match are all looked at and ranked. Many are taken as the index holds them (`mongo_scan`), which for one
word, and for two words of short tickets, is the order of the ranks by itself.
"""

import asyncio
from collections.abc import Sequence

from query_service.adapters.mongo_conditions import filtered, having
from query_service.adapters.mongo_plans import Plan, Planner
from query_service.adapters.mongo_scan import scan
from query_service.adapters.mongo_schema import WORDS_INDEX, Collection, Document
from query_service.domain.cursors import BadCursor
from query_service.domain.listing import ListQuery
from query_service.domain.routes import FIRST_ROUTE, Route, long_leads, short_leads, stretches
from query_service.domain.searching import Rank, Scan, SearchPage, SearchQuery, rank_of
from query_service.domain.words import FORMS, Post, post_of

RANKED_MAX = 2_000
"""Tickets that are all looked at, at most, so as to rank them."""


class MongoSearch:
    """Searches of the collection `tickets`."""

    def __init__(self, tickets: Collection, planner: Planner) -> None:
        self._tickets = tickets
        self._planner = planner

    async def page(self, query: SearchQuery) -> SearchPage:
        """Return a page, best first; raises BadCursor for a place among ranks where too many match by now to rank."""
        is_plain = len(query.words) == 1 or (len(query.words) == 2 and not await self._has_long(query.words))
        if isinstance(query.after, Scan):
            return await scan(self._tickets, query, query.after, is_plain)
        if is_plain and not filtered(query.filter) and query.after is None:
            return await scan(self._tickets, query, Scan(FIRST_ROUTE, skip=query.skip), is_plain)
        route, plan, count = await self._fewest(query)
        if count <= RANKED_MAX or isinstance(query.after, Rank):
            return await self._ranked(query, plan)
        return await scan(self._tickets, query, Scan(route, skip=query.skip), is_plain)

    async def _has_long(self, words: tuple[str, ...]) -> bool:
        """Say whether there are long tickets with each of the words."""
        return all(await self._counts(long_leads(words), 1))

    async def _fewest(self, query: SearchQuery) -> tuple[Route, Plan, int]:
        """Return the best route, the plan that looks at the fewest tickets, and how many these are at most."""
        route, count = await self._best_route(query.words)
        posts = [stretch.post for stretch in stretches(query.words, route)]
        conditions = [{"words": {"$in": posts}}, *filtered(query.filter)]
        plan = Plan(WORDS_INDEX, {"$and": conditions})
        if count > RANKED_MAX:
            other = await self._planner.fewest(ListQuery(query.filter), RANKED_MAX + 1)
            if other is not None and other[1] < count:
                plan, count = other
        return route, plan, count

    async def _best_route(self, words: tuple[str, ...]) -> tuple[Route, int]:
        if len(words) == 1:
            (count,) = await self._counts([[post_of(words[0], form) for form in FORMS]], RANKED_MAX + 1)
            return FIRST_ROUTE, count
        short, long = short_leads(words), long_leads(words)
        found = await self._counts([*short, *long], RANKED_MAX + 1)
        by_pair, by_word = found[: len(short)], found[len(short) :]
        fewest = min(by_pair), min(by_word)
        return (by_pair.index(fewest[0]), by_word.index(fewest[1])), sum(fewest)

    async def _ranked(self, query: SearchQuery, plan: Plan) -> SearchPage:
        posts = [post_of(word, form) for word in query.words for form in FORMS]
        fields = {"born": 1, "posts": {"$setIntersection": ["$words", posts]}}
        condition = {"$and": [plan.condition, *having(query.words)]}
        # Twice as many: between two pages there may have come some.
        most = 2 * RANKED_MAX
        rows = await self._tickets.find(condition, fields).hint(plan.index).limit(most + 1).to_list()
        if len(rows) > most:
            raise BadCursor("so many tickets match by now that they are not ranked any more; search anew, without it")
        ranks = sorted(rank_of(query.words, row["posts"], row["born"], row["_id"]) for row in rows)
        if isinstance(query.after, Rank):
            after = query.after
            ranks = [rank for rank in ranks if rank > after]
        page = ranks[query.skip : query.skip + query.limit]
        more = len(ranks) > query.skip + query.limit
        return SearchPage(await self._items(page, query), page[-1] if more else None, complete=True)

    async def _items(self, ranks: Sequence[Rank], query: SearchQuery) -> list[bytes]:
        """Return the items of those that still pass the filter."""
        ids = [rank.ticket_id for rank in ranks]
        condition: Document = {"$and": [{"_id": {"$in": ids}}, *filtered(query.filter)]}
        rows = await self._tickets.find(condition, {"item": 1}).hint("_id_").to_list()
        items = {row["_id"]: row["item"] for row in rows if "item" in row}
        return [items[ticket_id] for ticket_id in ids if ticket_id in items]

    async def _counts(self, leads: Sequence[Sequence[Post]], limit: int) -> list[int]:
        counts = (
            self._tickets.count_documents({"words": {"$in": list(posts)}}, hint=WORDS_INDEX, limit=limit)
            for posts in leads
        )
        return list(await asyncio.gather(*counts))

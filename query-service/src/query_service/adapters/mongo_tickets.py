"""Tickets, read from MongoDB."""

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.errors import OperationFailure

from query_service.adapters.mongo_conditions import order_of
from query_service.adapters.mongo_plans import Planner
from query_service.adapters.mongo_schema import Collections, Document
from query_service.adapters.mongo_search import MongoSearch
from query_service.domain.documents import TicketDocument
from query_service.domain.listing import ListedTicket, ListQuery, Place
from query_service.domain.searching import SearchPage, SearchQuery
from query_service.domain.states import Kind, TicketState
from query_service.gathering import Gathering
from query_service.ports import FoundTicket, ListsNotReady

EXPORT_CHUNK = 500

EXPORT_PIECE = 10_000
"""Tickets that one query of an export looks at, at most, however few of them it finds."""

_BAD_VALUE = 2
"""The server's code for a hint at an index that is not there, among others."""

_DETAIL = dict.fromkeys(("guard", "parked", "item", "body", "recent"), 1)


class MongoTickets:
    """The port `Tickets` on the collection `tickets`."""

    def __init__(self, collections: Collections) -> None:
        self._tickets = collections.tickets
        self._planner = Planner(collections.tickets)
        self._found = Gathering(self._find)
        self._search = MongoSearch(collections.tickets, self._planner)

    async def find(self, ticket_id: str) -> FoundTicket | None:
        """See the port."""
        return await self._found.get(ticket_id)

    async def _find(self, ticket_ids: Collection[str]) -> dict[str, FoundTicket]:
        condition: Document = {"_id": {"$in": list(ticket_ids)}, "kind": Kind.VIEW.value}
        return {row["_id"]: _ticket(row) for row in await self._tickets.find(condition, _DETAIL).to_list()}

    async def page(self, query: ListQuery) -> list[ListedTicket]:
        """See the port."""
        with _with_indexes():
            name = query.sort.field
            plan = await self._planner.plan(query)
            rows = (
                self._tickets.find(plan.condition, {"item": 1, name: 1})
                .sort(order_of(query.sort))
                .hint(plan.index)
                .skip(query.skip)
                .limit(query.limit)
            )
            return [ListedTicket(Place(row[name], row["_id"]), row["item"]) for row in await rows.to_list()]

    async def search(self, query: SearchQuery) -> SearchPage:
        """See the port."""
        with _with_indexes():
            return await self._search.page(query)

    async def states(self, ticket_ids: Collection[str]) -> dict[str, TicketState]:
        """See the port."""
        fields = {"kind": 1, "guard": 1, "partition": 1, "parked": 1}
        rows = await self._tickets.find({"_id": {"$in": list(ticket_ids)}}, fields).to_list()
        return {row["_id"]: _state(row) for row in rows}

    async def export(self, updated_since: datetime | None) -> AsyncIterator[list[bytes]]:
        """See the port. Each chunk is a query of its own, so that a slow reader holds nothing open here."""
        wanted: Document = {"kind": Kind.VIEW.value}
        if updated_since is not None:
            wanted["updated_at"] = {"$gte": updated_since}
        async for behind, end in self._pieces():
            last, found = behind, EXPORT_CHUNK
            while found == EXPORT_CHUNK:
                ids = {"$gt": last} if end is None else {"$gt": last, "$lte": end}
                rows = self._by_id({"_id": ids, **wanted}, {"item": 1, "body": 1}).limit(EXPORT_CHUNK)
                documents = await rows.to_list()
                if documents:
                    yield [TicketDocument(row["item"], row["body"], b"").exported() for row in documents]
                    last = documents[-1]["_id"]
                found = len(documents)

    async def _pieces(self) -> AsyncIterator[tuple[str, str | None]]:
        """Yield the ids behind which a part of all tickets begins and with which it ends, None for the last part.

        EXPORT_PIECE tickets each: a query for those of the last hour would look at all there are, longer than it may.
        """
        behind = ""
        while True:
            rest = self._by_id({"_id": {"$gt": behind}}, {"_id": 1}).skip(EXPORT_PIECE - 1).limit(1)
            ends = await rest.to_list()
            if not ends:
                yield behind, None
                return
            yield behind, ends[0]["_id"]
            behind = ends[0]["_id"]

    def _by_id(self, condition: Document, fields: Document) -> AsyncCursor[Document]:
        return self._tickets.find(condition, fields).sort("_id").hint("_id_")


@contextmanager
def _with_indexes() -> Iterator[None]:
    """Raise ListsNotReady where a read names an index that is not there."""
    try:
        yield
    except OperationFailure as error:
        if error.code == _BAD_VALUE and "hint" in str(error):
            raise ListsNotReady from error
        raise


def _ticket(row: Document) -> FoundTicket:
    document = TicketDocument(row["item"], row["body"], row["recent"])
    return FoundTicket(row["guard"]["version"], row["parked"], document)


def _state(row: Document) -> TicketState:
    guard = row["guard"]
    return TicketState(Kind(row["kind"]), guard["version"], row["partition"], guard["offset"], row["parked"])

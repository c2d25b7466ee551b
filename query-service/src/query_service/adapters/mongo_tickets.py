"""Tickets, read from MongoDB."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from query_service.adapters.mongo_schema import Collections, Document, list_index
from query_service.domain.documents import TicketDocument
from query_service.domain.facets import wanted_facets
from query_service.domain.listing import ListedTicket, ListQuery, Place, Sort, TicketFilter
from query_service.domain.states import Kind, TicketState
from query_service.ports import FoundTicket

EXPORT_CHUNK = 500


class MongoTickets:
    """The port `Tickets` on the collection `tickets`."""

    def __init__(self, collections: Collections) -> None:
        self._tickets = collections.tickets

    async def find(self, ticket_id: str) -> FoundTicket | None:
        """See the port."""
        found = await self._tickets.find_one({"_id": ticket_id, "kind": Kind.VIEW.value}, {"facets": 0})
        if found is None:
            return None
        return FoundTicket(found["guard"]["version"], found["parked"], _document(found))

    async def page(self, query: ListQuery) -> list[ListedTicket]:
        """See the port."""
        name = query.sort.field
        rows = (
            self._tickets.find(condition_of(query), {"item": 1, name: 1})
            .sort(order_of(query.sort))
            .hint(list_index(query.sort))
            .skip(query.skip)
            .limit(query.limit)
        )
        return [ListedTicket(Place(row[name], row["_id"]), row["item"]) for row in await rows.to_list()]

    async def states(self, ticket_ids: Collection[str]) -> dict[str, TicketState]:
        """See the port."""
        fields = {"kind": 1, "guard": 1, "partition": 1, "parked": 1}
        rows = await self._tickets.find({"_id": {"$in": list(ticket_ids)}}, fields).to_list()
        return {row["_id"]: _state(row) for row in rows}

    async def export(self, updated_since: datetime | None) -> AsyncIterator[list[bytes]]:
        """See the port. Each chunk is a query of its own, so that a slow reader holds nothing open here."""
        last = ""
        while True:
            condition: Document = {"_id": {"$gt": last}, "kind": Kind.VIEW.value}
            if updated_since is not None:
                condition["updated_at"] = {"$gte": updated_since}
            fields = {"item": 1, "body": 1}
            rows = await self._tickets.find(condition, fields).sort("_id").limit(EXPORT_CHUNK).hint("_id_").to_list()
            if rows:
                yield [TicketDocument(row["item"], row["body"], b"").exported() for row in rows]
            if len(rows) < EXPORT_CHUNK:
                return
            last = rows[-1]["_id"]


def _document(row: Document) -> TicketDocument:
    return TicketDocument(row["item"], row["body"], row["recent"])


def _state(row: Document) -> TicketState:
    guard = row["guard"]
    return TicketState(Kind(row["kind"]), guard["version"], row["partition"], guard["offset"], row["parked"])


def order_of(sort: Sort) -> list[tuple[str, int]]:
    """Return MongoDB's form of an order."""
    return [(sort.field, DESCENDING if sort.descending else ASCENDING), ("_id", ASCENDING)]


def condition_of(query: ListQuery) -> Document:
    """Return the condition of a list, for the index that its order names."""
    parts: list[Document] = [{"facets": {"$in": choice}} for choice in wanted_facets(query.filter)]
    parts += _times(query.filter)
    if query.after is not None:
        parts += _behind(query, query.after)
    return {"$and": parts}


def _times(wanted: TicketFilter) -> list[Document]:
    bounds = [
        ("created_at", "$gte", wanted.created_since),
        ("created_at", "$lt", wanted.created_before),
        ("updated_at", "$gte", wanted.updated_since),
        ("updated_at", "$lt", wanted.updated_before),
    ]
    return [{name: {operator: time}} for name, operator, time in bounds if time is not None]


def _behind(query: ListQuery, place: Place) -> list[Document]:
    """Return the condition in two parts: the first bounds the index scan, the second sorts out equal times."""
    name, beyond = query.sort.field, "$lt" if query.sort.descending else "$gt"
    return [
        {name: {beyond + "e": place.time}},
        {"$or": [{name: {beyond: place.time}}, {"_id": {"$gt": place.ticket_id}}]},
    ]

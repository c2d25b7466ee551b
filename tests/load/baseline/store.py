"""The baseline's two collections: `events` is written, `tickets` is read, a projection goes from one to the other."""

import uuid
from datetime import UTC, datetime
from typing import Any

from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from tests.load.baseline.models import Filters, NewReply, NewTicket

Document = dict[str, Any]

_NOT_LISTED = {"message": 0, "resolution": 0, "recent": 0}
_LISTED_FIRST = 5
_GROUPS_MAX = 1_000
_FILTERS = ([], *([(name, 1)] for name in ("status", "priority", "group", "assignee", "customer_id")))
_ORDERS = [[(name, way)] for name in ("updated_at", "created_at") for way in (-1, 1)]
_LIVE = {"$cond": [{"$in": ["$status", ["resolved", "closed"]]}, 0, 1]}


class NoSuchTicket(LookupError):
    """There is no ticket of that id."""


def connect(mongo_uri: str, name: str) -> AsyncDatabase[Document]:
    """Return the database; every write is on disk before it is answered, as in the three services."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(mongo_uri, tz_aware=True, w="majority", journal=True)
    return client[name]


class Store:
    """Reads and writes of the baseline."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.events = database.events
        self.tickets = database.tickets

    async def prepare(self) -> None:
        """Create the indexes: one for each filter that a screen has, in each order in which it can be shown.

        Ties are by id, upwards, whatever the order: so no index serves both directions.
        """
        await self.events.create_indexes([IndexModel([("ticket_id", 1), ("version", 1)], unique=True)])
        await self.tickets.create_indexes(
            [IndexModel([*filters, *order, ("_id", 1)]) for order in _ORDERS for filters in _FILTERS]
            + [IndexModel([("external_id", 1)])]
        )

    async def create(self, body: NewTicket) -> Document:
        """Store a new ticket; returns its document."""
        return await self._append(str(uuid.uuid4()), 1, "TicketCreated", body.model_dump(mode="json"))

    async def reply(self, ticket_id: str, body: NewReply) -> Document:
        """Store a reply; returns the ticket's document. Raises NoSuchTicket."""
        ticket = await self.tickets.find_one({"_id": ticket_id}, {"version": 1})
        if ticket is None:
            raise NoSuchTicket(ticket_id)
        return await self._append(ticket_id, ticket["version"] + 1, "ReplyAdded", body.model_dump(mode="json"))

    async def _append(self, ticket_id: str, version: int, kind: str, data: Document) -> Document:
        at = datetime.now(UTC)
        await self.events.insert_one(
            {"_id": str(uuid.uuid4()), "ticket_id": ticket_id, "version": version, "type": kind, "at": at, "data": data}
        )
        return await self._project(ticket_id, version, kind, at, data)

    async def _project(self, ticket_id: str, version: int, kind: str, at: datetime, data: Document) -> Document:
        entry = {"version": version, "type": kind, "occurred_at": at, "data": data}
        if kind == "TicketCreated":
            ticket = born(ticket_id, at, data) | {"recent": [entry]}
            await self.tickets.insert_one(ticket)
            return ticket
        change = {
            "$set": {"version": version, "updated_at": at},
            "$inc": {"reply_count": 1},
            "$push": {"recent": {"$each": [entry], "$slice": -_LISTED_FIRST}},
        }
        await self.tickets.update_one({"_id": ticket_id}, change)
        return {"_id": ticket_id, "version": version, "status": "open"}

    async def find(self, ticket_id: str) -> Document:
        """Return a ticket; raises NoSuchTicket."""
        found = await self.tickets.find_one({"_id": ticket_id})
        if found is None:
            raise NoSuchTicket(ticket_id)
        return found

    async def page(self, filters: Filters) -> list[Document]:
        """Return a page of tickets, by offset, ties by id."""
        direction = -1 if filters.sort.startswith("-") else 1
        order = [(filters.sort.removeprefix("-"), direction), ("_id", 1)]
        rows = self.tickets.find(condition(filters), _NOT_LISTED).sort(order)
        return await rows.skip(filters.skip).limit(filters.limit).to_list()

    async def dashboard(self) -> Document:
        """Return the counts, made by `$group` when asked."""
        facets = {f"by_{name}": [{"$sortByCount": f"${name}"}] for name in ("status", "priority", "channel")}
        grouped = {"$group": {"_id": "$group", "tickets": {"$sum": 1}, "live": {"$sum": _LIVE}}}
        by_group = [grouped, {"$sort": {"tickets": -1}}, {"$limit": _GROUPS_MAX}]
        shown = dict.fromkeys(("status", "priority", "channel", "group"), 1)
        rows = await self.tickets.aggregate([{"$project": shown}, {"$facet": facets | {"by_group": by_group}}])
        (found,) = await rows.to_list()
        counts = {name: {row["_id"]: row["count"] for row in found[name]} for name in facets}
        groups = [{"group": row["_id"], "tickets": row["tickets"], "live": row["live"]} for row in found["by_group"]]
        return {"total": sum(counts["by_status"].values()), **counts, "by_group": groups}


def born(ticket_id: str, at: datetime, data: Document) -> Document:
    """Return the document of a new ticket."""
    return {
        "_id": ticket_id,
        **{name: data[name] for name in ("external_id", "subject", "message", "priority", "channel", "customer_id")},
        "preview": " ".join(data["message"].split())[:50],
        "tags": data["tags"],
        "status": "open",
        **dict.fromkeys(("waiting_reason", "group", "assignee", "resolution", "resolved_at", "closed_at")),
        "has_note": False,
        **dict.fromkeys(("note_count", "reply_count", "reopen_count"), 0),
        "version": 1,
        "created_at": at,
        "updated_at": at,
    }


def condition(filters: Filters) -> Document:
    """Return what MongoDB is asked for; lists are any of."""
    lists: dict[str, list[Any]] = {"status": filters.status, "priority": filters.priority, "channel": filters.channel}
    found: Document = {name: {"$in": list(values)} for name, values in lists.items() if values}
    single = {"group": filters.group, "assignee": filters.assignee, "customer_id": filters.customer_id}
    found |= {name: value for name, value in single.items() if value is not None}
    for name in ("created", "updated"):
        bounds = {"$gte": getattr(filters, f"{name}_since"), "$lt": getattr(filters, f"{name}_before")}
        if span := {operator: bound for operator, bound in bounds.items() if bound is not None}:
            found[f"{name}_at"] = span
    return found

"""Which tickets have been resolved for long, by the event store."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from pymongo import ASCENDING
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters.event_store import COLLECTION, OLD_RESOLUTIONS
from command_service.adapters.mongo_errors import away_on_error
from command_service.ports import ResolvedTicket
from ticket_chassis.mongo import Document
from ticket_contracts.events import TicketResolved
from ticket_contracts.fields import Status

PIECE = 500


class MongoResolutions:
    """`Resolutions` over the events: the index gives old resolutions, the lookup drops those that did not last."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._events = database[COLLECTION]

    async def before(self, cutoff: datetime) -> AsyncIterator[ResolvedTicket]:
        """Yield each ticket that is resolved now, and was resolved before `cutoff`, oldest first."""
        with away_on_error():
            # In pieces: nearly all resolutions ever ended in a closed ticket, and no call has the time to look at all.
            async for piece in self._pieces(cutoff):
                async for row in await self._events.aggregate(_pipeline(piece)):
                    yield ResolvedTicket(row["ticket_id"], row["version"], row["last"][0]["version"])

    async def _pieces(self, cutoff: datetime) -> AsyncIterator[list[str]]:
        """Yield the ids of all old resolutions, by a query for each piece: one for all would have one time limit."""
        span, equal = {"$lt": cutoff}, 0
        while rows := await self._resolved(span).sort("occurred_at", ASCENDING).skip(equal).limit(PIECE).to_list():
            yield [row["_id"] for row in rows]
            last = rows[-1]["occurred_at"]
            # The index lists those of the same time in the order in which they were stored, so that nothing moves.
            equal = sum(row["occurred_at"] == last for row in rows) + (equal if span.get("$gte") == last else 0)
            span = {"$lt": cutoff, "$gte": last}

    def _resolved(self, span: Mapping[str, datetime]) -> AsyncCursor[Document]:
        query = {"type": TicketResolved.TYPE, "occurred_at": span}
        return self._events.find(query, {"occurred_at": 1}).hint(OLD_RESOLUTIONS)


def _pipeline(resolutions: Sequence[str]) -> list[Document]:
    others = [status.value for status in Status if status is not Status.RESOLVED]
    # One event of each kind at most: of a ticket that many follow in, not all fit into one document.
    undone: list[Document] = [{"$match": {"status": {"$in": others}}}, {"$limit": 1}]
    last: list[Document] = [{"$sort": {"version": -1}}, {"$limit": 1}]
    return [
        {"$match": {"_id": {"$in": list(resolutions)}}},
        {"$sort": {"occurred_at": 1}},
        {"$project": {"ticket_id": 1, "version": 1}},
        _of_the_ticket("undone", "$gt", undone),
        {"$match": {"undone": []}},
        _of_the_ticket("last", "$gte", last),
    ]


def _of_the_ticket(name: str, since: str, stages: Sequence[Document]) -> Document:
    """Return what looks up events of the same ticket, behind the resolution or from it on."""
    both = {"$and": [{"$eq": ["$ticket_id", "$$ticket_id"]}, {since: ["$version", "$$version"]}]}
    return {
        "$lookup": {
            "from": COLLECTION,
            "let": {"ticket_id": "$ticket_id", "version": "$version"},
            "pipeline": [{"$match": {"$expr": both}}, *stages, {"$project": {"version": 1}}],
            "as": name,
        }
    }

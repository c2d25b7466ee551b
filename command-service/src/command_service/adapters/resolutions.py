"""Which tickets have been resolved for long, by the event store."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters.event_store import COLLECTION
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
        query = {"type": TicketResolved.TYPE, "occurred_at": {"$lt": cutoff}}
        with away_on_error():
            # In pieces: nearly all resolutions ever ended in a closed ticket, and no call has the time to look at all.
            found = self._events.find(query, {"_id": 1}).sort("occurred_at", ASCENDING)
            while rows := await found.to_list(PIECE):
                async for row in await self._events.aggregate(_pipeline([row["_id"] for row in rows])):
                    yield ResolvedTicket(row["ticket_id"], row["version"], max([row["version"], *row["later"]]))


def _pipeline(resolutions: Sequence[str]) -> list[dict[str, Any]]:
    others = [status.value for status in Status if status is not Status.RESOLVED]
    same_ticket = {"$eq": ["$ticket_id", "$$ticket_id"]}
    afterwards = {"$gt": ["$version", "$$version"]}
    return [
        {"$match": {"_id": {"$in": list(resolutions)}}},
        {"$sort": {"occurred_at": 1}},
        {"$project": {"ticket_id": 1, "version": 1}},
        {
            "$lookup": {
                "from": COLLECTION,
                "let": {"ticket_id": "$ticket_id", "version": "$version"},
                "pipeline": [
                    {"$match": {"$expr": {"$and": [same_ticket, afterwards]}}},
                    {"$project": {"version": 1, "status": 1}},
                ],
                "as": "later",
            }
        },
        {"$match": {"later.status": {"$nin": others}}},
        {"$project": {"ticket_id": 1, "version": 1, "later": "$later.version"}},
    ]

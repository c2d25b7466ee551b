"""What operators read of parked tickets, from the projector's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo.asynchronous.database import AsyncDatabase

from projector_service.adapters.collections import BY_TICKET, Collections
from projector_service.adapters.parked_documents import parking_of
from projector_service.domain.messages import Fault
from projector_service.domain.tickets import Parking
from ticket_chassis.mongo import Document


@dataclass(frozen=True)
class ParkedTicket:
    """A ticket that waits: at which version, why, and how many messages with it."""

    id: str
    partition: int
    version: int
    parking: Parking
    waiting: int


@dataclass(frozen=True)
class WaitingMessage:
    """A message that waits, whole. `since` is the broker's time of it; `reason` "waits": for one before it."""

    partition: int
    offset: int
    since: datetime
    version: int | None
    reason: str
    value: bytes | None


@dataclass(frozen=True)
class Dropped:
    """What an operator gave up: messages by their offsets, and versions."""

    at: datetime
    operator: str
    reason: str
    messages: list[int]
    versions: list[int]


@dataclass(frozen=True)
class ParkedCounts:
    """How many tickets are parked, by what is wrong with them, and how many messages wait with all of them."""

    tickets: Mapping[Fault, int]
    messages: int


class ParkingStore:
    """Reads one generation's parked tickets, what waits with them, and what was given up of them."""

    def __init__(self, database: AsyncDatabase[Document], generation: int) -> None:
        self._db = Collections.of(database, generation)

    async def tickets(self) -> list[ParkedTicket]:
        """Return the tickets with which something waits, those that wait longest first."""
        cursor = self._db.parked_tickets.find({"fault": {"$ne": Fault.DROPPED.value}}).sort([("since", 1), ("_id", 1)])
        return [await self._ticket(document) async for document in cursor]

    async def ticket(self, ticket_id: str) -> ParkedTicket | None:
        """Return a ticket that is parked; None where it is not."""
        document = await self._db.parked_tickets.find_one({"_id": ticket_id})
        return None if document is None else await self._ticket(document)

    async def messages(self, ticket_id: str) -> list[WaitingMessage]:
        """Return what waits with a ticket, in the order of the log."""
        cursor = self._db.parked_events.find({"ticket_id": ticket_id}).sort("offset", 1)
        return [
            WaitingMessage(d["partition"], d["offset"], d["timestamp"], d["version"], d["reason"], d["value"])
            async for d in cursor
        ]

    async def drops(self, ticket_id: str) -> list[Dropped]:
        """Return what was given up of a ticket, in order."""
        cursor = self._db.drops.find({"ticket_id": ticket_id}).sort("at", 1)
        return [Dropped(d["at"], d["operator"], d["reason"], d["messages"], d["versions"]) async for d in cursor]

    async def counts(self) -> ParkedCounts:
        """Return how much waits; tickets of which all was given up do not."""
        cursor = await self._db.parked_tickets.aggregate([{"$group": {"_id": "$fault", "tickets": {"$sum": 1}}}])
        tickets = {Fault(d["_id"]): d["tickets"] async for d in cursor if d["_id"] != Fault.DROPPED.value}
        # Over the index alone: the documents hold whole messages.
        messages = await self._db.parked_events.count_documents({}, hint=BY_TICKET)
        return ParkedCounts(tickets, messages)

    async def applied(self, partition: int) -> int:
        """Return the offset up to which everything of a partition is stored and published, -1 for none."""
        document = await self._db.positions.find_one({"_id": partition})
        return -1 if document is None else int(document["offset"])

    async def _ticket(self, document: Document) -> ParkedTicket:
        ticket_id = document["_id"]
        view = await self._db.views.find_one({"_id": ticket_id}, {"version": 1})
        waiting = await self._db.parked_events.count_documents({"ticket_id": ticket_id})
        version = 0 if view is None else view["version"]
        return ParkedTicket(ticket_id, document["partition"], version, parking_of(document), waiting)

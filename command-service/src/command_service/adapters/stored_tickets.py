"""Tickets as their stored events make them: short ones from their first event on, long ones from a checkpoint on."""

from collections.abc import Collection, Sequence
from functools import reduce

from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.collection import AsyncCollection

from command_service.adapters.checkpoints import EVERY, checkpointed
from command_service.adapters.stored_events import read_events
from command_service.domain.ticket import Ticket, evolve
from ticket_chassis.mongo import Document

PAGE = 500
"""Events in one call, with its time limit, where a ticket without checkpoints is replayed."""

_ENVELOPE = {"_id": 0, "ticket_id": 1, "envelope": 1}


class StoredTickets:
    """Reads the collection of events. Raises what the driver raises, and of what is read what `read_events` does."""

    def __init__(self, events: AsyncCollection[Document]) -> None:
        self._events = events

    async def beginnings(self, ticket_ids: Collection[str]) -> dict[str, list[str]]:
        """Return the envelopes of each ticket's first events, EVERY at most."""
        envelopes: dict[str, list[str]] = {ticket_id: [] for ticket_id in ticket_ids}
        query = {"ticket_id": {"$in": list(envelopes)}, "version": {"$lte": EVERY}}
        order = [("ticket_id", ASCENDING), ("version", ASCENDING)]
        async for row in self._events.find(query, _ENVELOPE).sort(order):
            envelopes[row["ticket_id"]].append(row["envelope"])
        return envelopes

    async def ticket(self, ticket_id: str, beginning: Sequence[str]) -> Ticket | None:
        """Return the ticket that begins so, None where it has not begun."""
        ticket: Ticket | None = reduce(evolve, read_events(beginning), None)
        if ticket is None or ticket.version < EVERY:
            return ticket
        return await self._to_its_end(ticket_id, await self._last_checkpoint(ticket_id) or ticket)

    async def _last_checkpoint(self, ticket_id: str) -> Ticket | None:
        last = await self._events.find_one({"ticket_id": ticket_id}, {"version": 1}, sort=[("version", DESCENDING)])
        if last is None:
            return None
        at = last["version"] // EVERY * EVERY
        row = await self._events.find_one({"ticket_id": ticket_id, "version": at}, {"checkpoint": 1})
        return None if row is None else checkpointed(row.get("checkpoint"))

    async def _to_its_end(self, ticket_id: str, ticket: Ticket) -> Ticket:
        while True:
            query = {"ticket_id": ticket_id, "version": {"$gt": ticket.version}}
            rows = await self._events.find(query, _ENVELOPE).sort("version", ASCENDING).limit(PAGE).to_list()
            ticket = reduce(evolve, read_events(row["envelope"] for row in rows), ticket)
            if len(rows) < PAGE:
                return ticket

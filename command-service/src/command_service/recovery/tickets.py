"""The tickets as they stand while their missing events are put back."""

from collections.abc import Collection

from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters.event_store import COLLECTION
from command_service.adapters.stored_tickets import StoredTickets
from command_service.domain.ticket import ImpossibleEvent, Ticket, evolve
from ticket_chassis.mongo import Document
from ticket_contracts.events import Event


class KnownTickets:
    """Only those that miss events are held, each read from the store once."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._events = database[COLLECTION]
        self._stored = StoredTickets(self._events)
        self._tickets: dict[str, Ticket | None] = {}
        self._kids: dict[str, str] = {}
        self._taken: set[str] = set()

    def forget(self) -> None:
        """Start anew, from what the store has now."""
        self._tickets, self._kids, self._taken = {}, {}, set()

    async def load(self, ticket_ids: Collection[str]) -> None:
        """Read those of the tickets that are not held yet."""
        new = [ticket_id for ticket_id in ticket_ids if ticket_id not in self._tickets]
        for ticket_id, beginning in (await self._stored.beginnings(new)).items():
            self._tickets[ticket_id] = await self._stored.ticket(ticket_id, beginning)
        last: list[Document] = [
            {"$match": {"ticket_id": {"$in": new}}},
            {"$sort": {"ticket_id": DESCENDING, "version": DESCENDING}},  # the index backwards: one key a ticket
            {"$group": {"_id": "$ticket_id", "kid": {"$first": "$kid"}}},
        ]
        async for row in await self._events.aggregate(last):
            self._kids[row["_id"]] = row["kid"]

    def version(self, ticket_id: str) -> int:
        """Return the ticket's version, 0 before it was created."""
        ticket = self._tickets[ticket_id]
        return 0 if ticket is None else ticket.version

    def customer(self, ticket_id: str) -> str:
        """Return whose ticket it is."""
        ticket = self._tickets[ticket_id]
        assert ticket is not None  # noqa: S101 - asked for tickets with events
        return ticket.customer_id

    def kid(self, ticket_id: str) -> str:
        """Return the id of the customer's text key."""
        return self._kids[ticket_id]

    def took(self, event_id: str) -> bool:
        """Say whether this event was applied here."""
        return event_id in self._taken

    def evolve(self, ticket_id: str, event_id: str, event: Event, kid: str | None) -> Ticket:
        """Apply the next event and return the ticket; raises ImpossibleEvent."""
        after = evolve(self._tickets[ticket_id], event)
        if kid is not None:
            self._kids.setdefault(ticket_id, kid)
        if ticket_id not in self._kids:
            raise ImpossibleEvent("created without a text key")
        self._tickets[ticket_id] = after
        self._taken.add(event_id)
        return after

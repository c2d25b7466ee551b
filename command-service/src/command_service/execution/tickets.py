"""The tickets as this process knows them: a bounded cache over the event store."""

from command_service.domain.ticket import Ticket
from command_service.lru import LruCache
from command_service.ports import EventStore

CAPACITY = 50_000


class TicketCache:
    """Tickets by id. What is in it may be stale: the store's unique index notices."""

    def __init__(self, store: EventStore, capacity: int = CAPACITY) -> None:
        self._store = store
        self._tickets: LruCache[str, Ticket] = LruCache(capacity)
        self.get = self._tickets.get
        self.put = self._tickets.put
        self.drop = self._tickets.drop
        self.clear = self._tickets.clear

    async def load(self, ticket_id: str) -> Ticket | None:
        """Return the ticket as the store has it now, None if there is none.

        Raises StoreUnavailable or UnreadableTicket.
        """
        self.drop(ticket_id)
        ticket = await self._store.load(ticket_id)
        if ticket is not None:
            self.put(ticket_id, ticket)
        return ticket

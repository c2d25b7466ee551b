"""The ports in memory: for tests of this service and of its contracts. They pass the same suite as MongoDB's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from uuid import uuid4

from command_service.adapters.stored_events import read_events
from command_service.domain.ticket import Ticket, evolve
from command_service.ports import CustomerKey, KeyTaken, NewEvent, Recorded, StoreUnavailable, VersionTaken
from ticket_chassis.sealing import new_key


class MemoryEventStore:
    """`EventStore` in memory. `away` makes every call fail as a database that does not answer."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, int], NewEvent] = {}
        self.away = False

    async def append(self, event: NewEvent) -> None:
        """Store one event; raises VersionTaken, KeyTaken or StoreUnavailable."""
        self._must_answer()
        if (event.ticket_id, event.version) in self.events:
            raise VersionTaken
        if event.key is not None and await self.find_key(event.key) is not None:
            raise KeyTaken
        self.events[event.ticket_id, event.version] = event

    async def load(self, ticket_id: str) -> Ticket | None:
        """Return the ticket as its events make it; raises UnreadableTicket."""
        self._must_answer()
        own = sorted((e for e in self.events.values() if e.ticket_id == ticket_id), key=lambda event: event.version)
        ticket: Ticket | None = reduce(evolve, read_events(event.envelope for event in own), None)
        return ticket

    async def find_key(self, key: str) -> Recorded | None:
        """Return what is stored under an idempotency key."""
        return (await self.find_keys([key])).get(key)

    async def find_keys(self, keys: Sequence[str]) -> Mapping[str, Recorded]:
        """Return those of the keys that are stored."""
        self._must_answer()
        return {
            e.key: Recorded(e.ticket_id, e.version, e.after.status, e.kid, e.fingerprint)
            for e in self.events.values()
            if e.key is not None and e.fingerprint is not None and e.key in keys
        }

    def _must_answer(self) -> None:
        if self.away:
            raise StoreUnavailable("away")


class MemoryTextKeys:
    """`TextKeys` in memory."""

    def __init__(self) -> None:
        self._by_customer: dict[str, CustomerKey] = {}

    async def of_customer(self, customer_id: str) -> CustomerKey:
        """Return the customer's key, made now if there was none."""
        made = CustomerKey(str(uuid4()), new_key(), datetime.now(UTC))
        return self._by_customer.setdefault(customer_id, made)

    async def by_id(self, kid: str) -> CustomerKey:
        """Return the key of this id; raises LookupError where there is none."""
        for key in self._by_customer.values():
            if key.kid == kid:
                return key
        raise LookupError(f"no text key {kid}")

    async def by_ids(self, kids: Sequence[str]) -> list[CustomerKey]:
        """Return the keys of these ids; raises LookupError where one is missing."""
        return [await self.by_id(kid) for kid in kids]

"""What the use cases need from the outside world. Fakes and adapters pass one test suite."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from command_service.domain.ticket import Ticket
from ticket_contracts.fields import Status


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """The key that a customer's free text is sealed under."""

    kid: str
    key: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event ready to be stored: free text sealed, the message for the log already written.

    `after` is the ticket that the event makes. `kid` names the customer's text key. `key` is the idempotency key.
    """

    id: str
    ticket_id: str
    version: int
    type: str
    after: Ticket
    occurred_at: datetime
    recorded_at: datetime
    kid: str
    key: str | None
    fingerprint: bytes | None
    envelope: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the store remembers of the command that used an idempotency key."""

    ticket_id: str
    version: int
    status: Status
    kid: str
    fingerprint: bytes


class VersionTaken(Exception):
    """Another event has this version of the ticket."""


class KeyTaken(Exception):
    """Another event was stored under this idempotency key."""


class StoreUnavailable(Exception):
    """The database did not answer; whether it stored what it was given is unknown."""


class UnreadableTicket(Exception):
    """A newer release wrote an event of the ticket, of a type that this one does not know; nothing was tried."""


class Overloaded(Exception):
    """Too much is waiting for the database already; nothing was tried."""


class EventStore(Protocol):
    """The events: source of truth and outbox. All methods may raise StoreUnavailable and Overloaded."""

    async def append(self, event: NewEvent) -> None:
        """Store one event durably; raises VersionTaken or KeyTaken."""

    async def load(self, ticket_id: str) -> Ticket | None:
        """Return the ticket as its durable events make it, None for no such ticket. Raises UnreadableTicket."""

    async def find_key(self, key: str) -> Recorded | None:
        """Return what is durably stored under an idempotency key."""

    async def find_keys(self, keys: Sequence[str]) -> Mapping[str, Recorded]:
        """Return those of the keys that are durably stored."""


class TextKeys(Protocol):
    """Text keys, one per customer, durable before anything is sealed under them. May raise StoreUnavailable."""

    async def of_customer(self, customer_id: str) -> CustomerKey:
        """Return the customer's key, made now if there was none."""

    async def by_id(self, kid: str) -> CustomerKey:
        """Return the key of this id; raises LookupError where there is none."""

    async def by_ids(self, kids: Sequence[str]) -> Sequence[CustomerKey]:
        """Return the keys of these ids, in their order; raises LookupError where one is missing."""


@dataclass(frozen=True, slots=True)
class ResolvedTicket:
    """A ticket that is resolved, by the event `resolution`; it is at `version` now."""

    ticket_id: str
    resolution: int
    version: int


class Resolutions(Protocol):
    """Finds tickets that have been resolved for long."""

    def before(self, cutoff: datetime) -> AsyncIterator[ResolvedTicket]:
        """Yield each ticket that is resolved now, and was before `cutoff`; raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class FreshnessReport:
    """`lag_ms`: age of the oldest event stored and not acknowledged by Kafka, 0 if none. `published`: last offsets."""

    lag_ms: int
    published: tuple[int, ...]

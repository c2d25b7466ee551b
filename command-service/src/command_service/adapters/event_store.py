"""The event store on MongoDB: one document per event, unique by (ticket, version) and by idempotency key."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from command_service.adapters.checkpoints import checkpoint_of
from command_service.adapters.coalescer import Coalescer
from command_service.adapters.mongo_errors import DUPLICATE_KEY, away_on_error
from command_service.adapters.stored_tickets import StoredTickets
from command_service.domain.ticket import Ticket
from command_service.ports import KeyTaken, NewEvent, Recorded, StoreUnavailable, VersionTaken
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document
from ticket_contracts.events import TicketResolved
from ticket_contracts.fields import Status

COLLECTION = "events"
OLD_RESOLUTIONS = "resolutions"
BATCH_BUCKETS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)

INDEXES = (
    IndexModel([("ticket_id", ASCENDING), ("version", ASCENDING)], unique=True, name="ticket_version"),
    IndexModel(
        [("key", ASCENDING)],
        unique=True,
        name="idempotency_key",
        partialFilterExpression={"key": {"$exists": True}},
    ),
    # Auto-close looks for old resolutions.
    IndexModel(
        [("occurred_at", ASCENDING)], name=OLD_RESOLUTIONS, partialFilterExpression={"type": TicketResolved.TYPE}
    ),
)


async def make_indexes(events: AsyncCollection[Document]) -> None:
    """Make those indexes of the events that are not there; many events are too many for the time limit of a call."""
    await events.create_indexes(list(INDEXES))


class MongoEventStore:
    """`EventStore` over a database of its own. Concurrent calls share round trips, each with its own outcome."""

    def __init__(self, database: AsyncDatabase[Document], metrics: Metrics) -> None:
        self._events = database[COLLECTION]
        self._appends: Coalescer[NewEvent, None] = Coalescer(self._insert)
        self._tickets = StoredTickets(self._events)
        self._beginnings: Coalescer[str, list[str]] = Coalescer(self._read_beginnings, max_batch=100)
        self._lookups: Coalescer[str, Recorded | None] = Coalescer(self._read_keys)
        self._indexed = False
        self._latency = metrics.histogram("append_seconds", "One group commit")
        self._sizes = metrics.histogram("group_commit_events", "Events in one group commit", buckets=BATCH_BUCKETS)

    def forget(self) -> None:
        """Look for the indexes again before the next insert: it may be another database."""
        self._indexed = False

    async def append(self, event: NewEvent) -> None:
        """Store one event durably; raises VersionTaken, KeyTaken, StoreUnavailable or Overloaded."""
        await self._appends.submit(event)

    async def load(self, ticket_id: str) -> Ticket | None:
        """Return the ticket as its events make it, None for no such ticket. Raises UnreadableTicket."""
        beginning = await self._beginnings.submit(ticket_id)
        # Not shared: one that cannot be read, or takes long, is nobody else's trouble.
        with away_on_error():
            return await self._tickets.ticket(ticket_id, beginning)

    async def find_key(self, key: str) -> Recorded | None:
        """Return what is stored under an idempotency key."""
        return await self._lookups.submit(key)

    async def find_keys(self, keys: Sequence[str]) -> Mapping[str, Recorded]:
        """Return those of the keys that are stored."""
        if not keys:
            return {}
        found = await self._read_keys(keys)
        return {key: recorded for key, recorded in zip(keys, found, strict=True) if recorded is not None}

    async def _insert(self, events: Sequence[NewEvent]) -> list[Exception | None]:
        outcomes: list[Exception | None] = [None] * len(events)
        self._sizes.observe(len(events))
        with away_on_error(), self._latency.time():
            await self._ensure_indexes()
            try:
                await self._events.insert_many([to_document(event) for event in events], ordered=False)
            except BulkWriteError as error:
                if (error.details or {}).get("writeConcernErrors"):
                    raise  # not known to be durable, none of them
                for refused in (error.details or {})["writeErrors"]:
                    outcomes[refused["index"]] = _why(refused)
        return outcomes

    async def _ensure_indexes(self) -> None:
        # Before the first insert rather than at start: the service may start while its database is away.
        if not self._indexed:
            await make_indexes(self._events)
            self._indexed = True

    async def _read_beginnings(self, ticket_ids: Sequence[str]) -> list[list[str]]:
        with away_on_error():
            found = await self._tickets.beginnings(ticket_ids)
        return [found[ticket_id] for ticket_id in ticket_ids]

    async def _read_keys(self, keys: Sequence[str]) -> list[Recorded | None]:
        fields = ("key", "ticket_id", "version", "status", "kid", "fingerprint")
        found: dict[str, Recorded] = {}
        with away_on_error():
            async for row in self._events.find({"key": {"$in": list(keys)}}, dict.fromkeys(fields, 1) | {"_id": 0}):
                found[row["key"]] = _to_recorded(row)
        return [found.get(key) for key in keys]


def to_document(event: NewEvent) -> Document:
    document: Document = {
        "_id": event.id,
        "ticket_id": event.ticket_id,
        "version": event.version,
        "type": event.type,
        "status": event.after.status.value,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "kid": event.kid,
        "envelope": event.envelope,
    }
    if event.key is not None:
        document["key"] = event.key
        document["fingerprint"] = event.fingerprint
    if (checkpoint := checkpoint_of(event.after)) is not None:
        document["checkpoint"] = checkpoint
    return document


def _to_recorded(row: Document) -> Recorded:
    return Recorded(row["ticket_id"], row["version"], Status(row["status"]), row["kid"], row["fingerprint"])


def _why(refused: dict[str, Any]) -> Exception:
    if refused["code"] != DUPLICATE_KEY:
        return StoreUnavailable(f"MongoDB error {refused['code']}")
    return KeyTaken() if "key" in refused["keyPattern"] else VersionTaken()

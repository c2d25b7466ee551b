"""What the relay knows between two runs: where it was in the store, and what Kafka held then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from bson import Timestamp
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from command_service.leasing.lease import LeaseLost
from command_service.relay.position import Position, Token
from ticket_chassis.mongo import Document

COLLECTION = "relay"
ID = "relay"

STORE_HEADER = "store"
"""Every event goes out with the id of the store that it comes from: what has none was put on the log by others."""


@dataclass(frozen=True, slots=True)
class RelayRecord:
    """Everything stored up to `position` is on Kafka; `published` is the last offset by events partition."""

    token: Token
    position: Position
    stored_until: datetime | None
    published: tuple[int, ...]


class RelayRecords:
    """The one document that holds it, fenced by the term of the lease."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[COLLECTION]

    async def load(self, session: AsyncClientSession | None = None) -> RelayRecord | None:
        """Return what was saved last, None before the first time."""
        row = await self._collection.find_one({"_id": ID}, session=session)
        return _from_row(row) if row is not None and "token" in row else None

    async def store_id(self) -> str:
        """Return the id of this store, a UUID made once, before its first event is published.

        It lives in the relay's document, so that a restored backup carries it and a fresh store has a new one.
        """
        row: Document | None = await self._collection.find_one_and_update(
            {"_id": ID},
            [{"$set": {"store": {"$ifNull": ["$store", str(uuid4())]}, "term": {"$ifNull": ["$term", 0]}}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        assert row is not None  # noqa: S101 - an upsert that returns what it left
        return str(row["store"])

    async def save(self, record: RelayRecord, term: int) -> None:
        """Save it, unless a later term did already (LeaseLost)."""
        seconds, increment = record.position
        values: dict[str, Any] = {
            "token": record.token,
            "position": Timestamp(seconds, increment),
            "stored_until": record.stored_until,
            "published": list(record.published),
        }
        try:
            # Where a later term has saved, the filter misses, and the insert it turns into meets the same _id.
            await self._collection.update_one(
                {"_id": ID, "term": {"$lte": term}}, {"$set": {**values, "term": term}}, upsert=True
            )
        except DuplicateKeyError:
            raise LeaseLost(f"term {term} is over") from None


def _from_row(row: Mapping[str, Any]) -> RelayRecord:
    position: Timestamp = row["position"]
    return RelayRecord(
        token=row["token"],
        position=(position.time, position.inc),
        stored_until=row["stored_until"],
        published=tuple(row["published"]),
    )

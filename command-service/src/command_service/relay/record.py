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
from command_service.relay.log_state import LogState
from command_service.relay.position import Position, Token
from ticket_chassis.mongo import Document

COLLECTION = "relay"
ID = "relay"

STORE_HEADER = "store"
"""Every event goes out with the id of the store that it comes from: what has none was put on the log by others."""

KEY_HEADER = "idempotency-key"
FINGERPRINT_HEADER = "fingerprint"
"""Both as the store has them, where it has them: a store that is restored from the log knows retries again."""


class RepublicationAsked(Exception):
    """Somebody asked for the whole store to be published again: what this session knows does not count any more."""


@dataclass(frozen=True, slots=True)
class RelayRecord:
    """Everything stored up to `position` is on Kafka, whose topics were as `log` says."""

    token: Token
    position: Position
    stored_until: datetime | None
    log: LogState


@dataclass(frozen=True, slots=True)
class Saved:
    """The relay's document. `record` is None before the first time and while a republication is due.

    `republication` identifies the one that is due; `log` is the last known state of the topics, whatever is due.
    """

    record: RelayRecord | None
    republication: str | None
    log: LogState | None


class RelayRecords:
    """The one document that holds it, fenced by the term of the lease."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[COLLECTION]

    async def load(self, session: AsyncClientSession | None = None) -> RelayRecord | None:
        """Return what was saved last; None before the first time and while a republication is due."""
        return (await self.read(session)).record

    async def read(self, session: AsyncClientSession | None = None) -> Saved:
        """Return the whole document."""
        row: Mapping[str, Any] = await self._collection.find_one({"_id": ID}, session=session) or {}
        due = row.get("republication", {}).get("id")
        if "token" not in row:
            return Saved(None, due, None)
        record = _to_record(row)
        return Saved(None if due else record, due, record.log)

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

    async def adopt(self, store_id: str) -> None:
        """Be the store that filled a log: for one that was lost whole and is made again from it."""
        await self.store_id()
        await self._collection.update_one({"_id": ID}, {"$set": {"store": store_id}})

    async def ask_republication(self, why: str) -> str:
        """Let whoever leads, now or next, publish the whole store before anything else; return the request's id.

        It is due until a leader has published everything, however often that starts anew.
        """
        request = str(uuid4())
        await self._collection.update_one(
            {"_id": ID}, {"$set": {"republication": {"id": request, "why": why}}}, upsert=True
        )
        return request

    async def note_verdict(self, refused: str | None) -> None:
        """Say to all instances why nothing new may be stored, None: it may."""
        change: Document = {"$unset": {"refused": ""}} if refused is None else {"$set": {"refused": refused}}
        await self._collection.update_one({"_id": ID}, change)

    async def verdict(self) -> str | None:
        """Return why nothing new may be stored, None if it may."""
        row: Mapping[str, Any] = await self._collection.find_one({"_id": ID}, {"refused": 1}) or {}
        return row.get("refused")

    async def save(self, record: RelayRecord, term: int, republication: str | None = None) -> None:
        """Save it, unless a later term did already (LeaseLost) or a republication is due (RepublicationAsked).

        `republication` is the request that this session has fulfilled, None for none: it is due no more.
        """
        seconds, increment = record.position
        values: dict[str, Any] = {
            "token": record.token,
            "position": Timestamp(seconds, increment),
            "stored_until": record.stored_until,
            "term": term,
            **record.log.to_row(),
        }
        due = {"republication.id": {"$in": [None, republication]}}
        try:
            # Where the filter misses, the insert that it turns into meets the same _id.
            await self._collection.update_one(
                {"_id": ID, "term": {"$lte": term}, **due},
                {"$set": values, "$unset": {"republication": ""}},
                upsert=True,
            )
        except DuplicateKeyError:
            row: Mapping[str, Any] = await self._collection.find_one({"_id": ID}, {"term": 1}) or {}
            if row.get("term", 0) > term:
                raise LeaseLost(f"term {term} is over") from None
            raise RepublicationAsked from None


def _to_record(row: Mapping[str, Any]) -> RelayRecord:
    position: Timestamp = row["position"]
    return RelayRecord(
        token=row["token"],
        position=(position.time, position.inc),
        stored_until=row["stored_until"],
        log=LogState.from_row(row),
    )

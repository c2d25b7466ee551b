"""The documents of two generations side by side, as they were at one moment."""

import json
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from projector_service.domain.counters import Counters
from ticket_chassis.mongo import Document
from ticket_contracts.generations import suffix
from ticket_contracts.model import JsonObject
from ticket_contracts.partitioning import partition_of

PIECE = 2_000


@dataclass(frozen=True)
class Pair:
    """A document in both generations; None where one has it not."""

    kind: str
    key: str
    serving: JsonObject | None
    new: JsonObject | None


class PairedDocuments:
    """Both generations' documents in one snapshot of the database."""

    def __init__(self, database: AsyncDatabase[Document], session: AsyncClientSession, old: int, new: int) -> None:
        self._db = database
        self._session = session
        self._suffixes = suffix(old), suffix(new)

    async def offsets(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return by partition how far each generation's counters, and so all its documents, have come."""
        old, new = [
            {
                d["_id"]: d["offset"]
                async for d in self._db["stats" + end].find({}, {"offset": 1}, session=self._session)
            }
            for end in self._suffixes
        ]
        return old, new

    async def pairs(self, partitions: Collection[int]) -> AsyncIterator[Pair]:
        """Yield every document of these partitions that the generations do not both have in the same bytes.

        What is the same comes as a pair of empty documents, so that it can be counted.
        """
        for kind, collection, read in _KINDS:
            async for key, documents in self._merged(collection):
                present = next(d for d in documents if d is not None)
                if _partition(present) in partitions:
                    serving, new = (_read(read, d) for d in documents)
                    yield Pair(kind, str(key), serving, new) if serving != new else Pair(kind, str(key), {}, {})

    async def _merged(self, collection: str) -> AsyncIterator[tuple[Any, tuple[Document | None, Document | None]]]:
        readings = [self._in_order(collection + end) for end in self._suffixes]
        old, new = [await anext(reading, None) for reading in readings]
        while old is not None or new is not None:
            key = min(d["_id"] for d in (old, new) if d is not None)
            yield key, (old if old and old["_id"] == key else None, new if new and new["_id"] == key else None)
            if old is not None and old["_id"] == key:
                old = await anext(readings[0], None)
            if new is not None and new["_id"] == key:
                new = await anext(readings[1], None)

    async def _in_order(self, collection: str) -> AsyncIterator[Document]:
        behind: Document = {}
        # A query for each piece: the server counts the time limit of a call for all that one query is asked for.
        while (
            piece := await self._db[collection].find(behind, session=self._session).sort("_id").limit(PIECE).to_list()
        ):
            for document in piece:
                yield document
            behind = {"_id": {"$gt": piece[-1]["_id"]}}


@asynccontextmanager
async def snapshot(
    client: AsyncMongoClient[Document], database: AsyncDatabase[Document], old: int, new: int
) -> AsyncIterator[PairedDocuments]:
    """Read both generations as they are at one moment, which the first read of the block decides."""
    async with client.start_session(snapshot=True) as session:
        yield PairedDocuments(database, session, old, new)


def _read(read: Callable[[Document], JsonObject], document: Document | None) -> JsonObject | None:
    return None if document is None else read(document)


def _partition(document: Document) -> int:
    if isinstance(document["_id"], int):
        return document["_id"]
    return int(document["partition"]) if "partition" in document else partition_of(document["ticket_id"])


def _record(document: Document) -> JsonObject:
    record: JsonObject = json.loads(document["record"])
    return record


def _view(document: Document) -> JsonObject:
    return _record(document) | {"parked": document["parked"]}


def _stats(document: Document) -> JsonObject:
    """Return the counters with their lists by key: their order is that of arrival, which says nothing."""
    record: JsonObject = Counters.of(json.loads(document["record"])).record().model_dump(mode="json")
    return record | {
        "by_group": {str(row["key"]): row for row in record["by_group"]},
        "daily": {row["day"]: row for row in record["daily"]},
        "first_resolution": {row["priority"]: row for row in record["first_resolution"]},
    }


def _as_is(document: Document) -> JsonObject:
    return {name: value for name, value in document.items() if name != "_id"}


_KINDS: tuple[tuple[str, str, Callable[[Document], JsonObject]], ...] = (
    ("counters", "stats", _stats),
    ("views", "views", _view),
    ("timeline", "timeline", _record),
    ("parked_tickets", "parked_tickets", _as_is),
    ("parked_events", "parked_events", _as_is),
    ("drops", "drops", _as_is),
)

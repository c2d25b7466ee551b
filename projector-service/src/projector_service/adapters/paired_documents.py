"""The documents of two generations side by side, as they were at one moment."""

import json
import time
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
from ticket_contracts.partitioning import PARTITIONS, partition_of

PIECE = 2_000
SNAPSHOT_SECONDS = 60.0
"""A server keeps for 300 s what a snapshot needs; millions of documents take longer to compare."""


@dataclass(frozen=True)
class Pair:
    """A document in both generations; None where one has it not. `key` is its `_id`."""

    kind: str
    key: Any
    serving: JsonObject | None
    new: JsonObject | None


class PairedDocuments:
    """Both generations' documents in one snapshot of the database."""

    def __init__(self, database: AsyncDatabase[Document], session: AsyncClientSession, old: int, new: int) -> None:
        self._db = database
        self._session = session
        self._suffixes = suffix(old), suffix(new)
        self._until = time.monotonic() + SNAPSHOT_SECONDS

    @property
    def is_used_up(self) -> bool:
        """Say whether it is time to go on in another snapshot."""
        return time.monotonic() > self._until

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

    async def pairs(self, partitions: Collection[int], behind: Pair | None = None) -> AsyncIterator[Pair]:
        """Yield every document of these partitions, from the one behind a pair on, always in the same order.

        What both generations have in the same bytes comes as a pair of empty documents, so that it can be counted.
        """
        is_everything = len(partitions) == PARTITIONS
        kinds = list(_READ) if behind is None else list(_READ)[list(_READ).index(behind.kind) :]
        for kind in kinds:
            after = None if behind is None or kind != behind.kind else behind.key
            async for key, old, new in self._merged(_COLLECTIONS.get(kind, kind), after):
                if is_everything or _partition(next(d for d in (old, new) if d is not None)) in partitions:
                    yield _pair(kind, key, old, new)

    async def _merged(self, collection: str, after: Any) -> AsyncIterator[tuple[Any, Document | None, Document | None]]:
        readings = [self._in_order(collection + end, after) for end in self._suffixes]
        old, new = [await anext(reading, None) for reading in readings]
        while old is not None or new is not None:
            key = min(d["_id"] for d in (old, new) if d is not None)
            has_old, has_new = old is not None and old["_id"] == key, new is not None and new["_id"] == key
            yield key, old if has_old else None, new if has_new else None
            old = await anext(readings[0], None) if has_old else old
            new = await anext(readings[1], None) if has_new else new

    async def _in_order(self, collection: str, after: Any) -> AsyncIterator[Document]:
        # A query for each piece: the server counts the time limit of a call for all that one query is asked for.
        while piece := await self._piece(collection, after):
            for document in piece:
                yield document
            after = piece[-1]["_id"]

    async def _piece(self, collection: str, after: Any) -> list[Document]:
        behind: Document = {} if after is None else {"_id": {"$gt": after}}
        return await self._db[collection].find(behind, session=self._session).sort("_id").limit(PIECE).to_list()


@asynccontextmanager
async def snapshot(
    client: AsyncMongoClient[Document], database: AsyncDatabase[Document], old: int, new: int
) -> AsyncIterator[PairedDocuments]:
    """Read both generations as they are at one moment, which the first read of the block decides."""
    async with client.start_session(snapshot=True) as session:
        yield PairedDocuments(database, session, old, new)


def _pair(kind: str, key: Any, old: Document | None, new: Document | None) -> Pair:
    if old == new:
        return Pair(kind, key, {}, {})  # as nearly all are: not taken apart
    serving, rebuilt = (_read(_READ[kind], document) for document in (old, new))
    return Pair(kind, key, serving, rebuilt) if serving != rebuilt else Pair(kind, key, {}, {})


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


_READ: dict[str, Callable[[Document], JsonObject]] = {
    "counters": _stats,
    "views": _view,
    "timeline": _record,
    "parked_tickets": _as_is,
    "parked_events": _as_is,
    "drops": _as_is,
}
_COLLECTIONS = {"counters": "stats"}
"""Of kinds that are called by another name."""

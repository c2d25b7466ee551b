"""What any process writes to the read model, in the order of the database: its change stream, as domain objects."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo.asynchronous.change_stream import AsyncChangeStream

from query_service.adapters.mongo_progress import progress_of
from query_service.adapters.mongo_schema import Collections, Document
from query_service.domain.news import ticket_news
from query_service.ports import Changed, CountersChanged, ProgressChanged, ReadModelReplaced, TicketChanged

AWAIT_MS = 1_000
GATHERED_FOR, ASKED_FOR = 0.03, 0.005
"""Seconds. To be told of each change by itself costs the server and us a question each, more than the change itself."""

BATCH = 500
WRITES = ("insert", "replace", "update")
_OF_TICKET = ("guard", "facets", "created_at", "updated_at")


class MongoChanges:
    """The port `Changes`, on the collections of one generation."""

    def __init__(self, collections: Collections) -> None:
        self._tickets, self._counters = collections.tickets, collections.counters
        self._positions = collections.positions

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[AsyncIterator[Changed]]:
        """See the port."""
        names = [each.name for each in (self._tickets, self._counters, self._positions)]
        watched = self._tickets.database.watch(_pipeline(names), max_await_time_ms=AWAIT_MS, batch_size=BATCH)
        async with await watched as stream:
            # A change of a position names just the fields that moved, so the others are read before the caller reads
            # them: what is yielded never runs ahead of what the stream has told.
            positions = {row["_id"]: row for row in await self._positions.find({}).to_list()}
            yield self._read(stream, positions)

    async def _read(self, stream: AsyncChangeStream[Any], positions: dict[int, Document]) -> AsyncIterator[Changed]:
        loop = asyncio.get_running_loop()
        asked_until = 0.0
        while True:
            if loop.time() > asked_until:
                await asyncio.sleep(GATHERED_FOR)
                asked_until = loop.time() + ASKED_FOR
            # Not `async for`: it takes it for a call that timed out when nothing has changed for some seconds.
            event = await stream.try_next()
            if event is None:
                if not stream.alive:
                    raise ReadModelReplaced("the change stream has ended")
                continue
            if event["operationType"] not in WRITES:
                raise ReadModelReplaced(event["operationType"])
            key = event["documentKey"]["_id"]
            written = event.get("fullDocument", {})
            if event["ns"]["coll"] == self._tickets.name:
                yield _ticket(key, written)
            elif event["ns"]["coll"] == self._counters.name:
                yield CountersChanged(key, written["offset"])
            else:
                moved = event.get("updateDescription", {}).get("updatedFields", {})
                positions[key] = positions.get(key, {}) | written | moved | {"_id": key}
                yield ProgressChanged(progress_of(positions[key]))


def _pipeline(names: list[str]) -> list[Document]:
    # An event without a collection is of the whole database: it was dropped.
    wanted = {"$or": [{"ns.coll": {"$in": names}}, {"ns.coll": {"$exists": False}}]}
    shown = ["operationType", "ns.coll", "documentKey", "updateDescription.updatedFields"]
    shown += [f"fullDocument.{name}" for name in (*_OF_TICKET, "offset", *_OF_POSITION)]
    return [{"$match": wanted}, {"$project": dict.fromkeys(shown, 1)}]


_OF_POSITION = (
    "views", "timeline", "stats", "watermarks", "applied", "published", "heard_until", "complete_until",
)  # fmt: skip


def _ticket(ticket_id: str, written: Document) -> TicketChanged:
    guard = written["guard"]
    facets = tuple(written.get("facets", ()))
    news = ticket_news(ticket_id, facets, written.get("created_at"), written.get("updated_at"))
    return TicketChanged(news, guard["version"], guard["offset"])

"""Ingest's side of the read model in MongoDB: bulk writes in which duplicates and older records change nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from query_service.adapters.mongo_schema import Collection, Collections, Document, bucket_field
from query_service.adapters.newer import IfNewer, add_or_write_if_newer, collisions, write_if_newer
from query_service.domain.buckets import buckets_of
from query_service.domain.documents import prepare_entry, prepare_ticket
from query_service.domain.facets import facets_of
from query_service.domain.pairs import pairs_of
from query_service.domain.progress import NOTHING_READ, Positions, Progress
from query_service.domain.states import state_of
from query_service.domain.words import born, posts_of
from query_service.ports import ReadModelReplaced, Unreadable, ViewRecord
from query_service.together import together
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.views import TicketView

WRITTEN_AT_ONCE = 250
"""Records; the time limit of a call is for so many of them, however large a round is."""

CHUNKS_AT_ONCE = 2

T = TypeVar("T")
Put = Callable[[Collection, Sequence[IfNewer]], Awaitable[None]]


class MongoWriter:
    """The port `ReadModelWriter`."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    async def write_views(self, records: Sequence[ViewRecord]) -> None:
        """See the port."""
        await self._put_views(records, write_if_newer)

    async def add_views(self, records: Sequence[ViewRecord]) -> None:
        """See the port."""
        await self._put_views(records, add_or_write_if_newer)

    async def _put_views(self, records: Sequence[ViewRecord], put: Put) -> None:
        async def put_chunk(chunk: Sequence[ViewRecord]) -> None:
            await put(self._collections.tickets, [_guarded(record) for record in chunk])

        await _in_chunks(records, put_chunk)

    async def write_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        """See the port."""
        erased = await self._erased({entry.ticket_id for entry in entries})

        async def write(chunk: Sequence[TimelineEntry]) -> None:
            entries = [_entry(entry) for entry in chunk]
            await _ignoring_duplicates(self._collections.timeline.insert_many(entries, ordered=False))

        await _in_chunks([entry for entry in entries if entry.ticket_id not in erased], write)

    async def drop_timelines(self, ticket_ids: Sequence[str]) -> None:
        """See the port."""
        await self._collections.timeline.delete_many({"ticket_id": {"$in": list(ticket_ids)}})

    async def write_counters(self, records: Iterable[StatsRecord]) -> None:
        """See the port."""
        writes = [
            IfNewer(
                {"_id": record.partition, "offset": {"$lt": record.offset}},
                {"offset": record.offset, "record": record.model_dump_json().encode()},
            )
            for record in records
        ]
        await write_if_newer(self._collections.counters, writes)

    async def quarantine(self, records: Sequence[Unreadable]) -> None:
        """See the port."""
        await _ignoring_duplicates(
            self._collections.quarantine.insert_many([_quarantined(record) for record in records], ordered=False)
        )

    async def save_progress(self, progress: Iterable[Progress], known: Mapping[int, Positions]) -> None:
        """See the port: $max holds each number and time where it is or moves it forwards."""
        writes = [_progress_write(each, known.get(each.partition, NOTHING_READ)) for each in progress]
        result = await self._collections.positions.bulk_write(writes)
        if result.matched_count + result.upserted_count < len(writes):
            raise ReadModelReplaced("positions are behind what was stored")

    async def _erased(self, ticket_ids: set[str]) -> set[str]:
        condition = {"kind": "erased", "_id": {"$in": list(ticket_ids)}}
        rows = await self._collections.tickets.find(condition, {"_id": 1}).hint("erased").to_list()
        return {row["_id"] for row in rows}


async def _in_chunks(records: Sequence[T], write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
    """Write all, some chunks at once: while the server works on one, the next is made ready."""
    free = asyncio.Semaphore(CHUNKS_AT_ONCE)

    async def when_free(chunk: Sequence[T]) -> None:
        async with free:
            await write(chunk)

    await together(when_free(records[at : at + WRITTEN_AT_ONCE]) for at in range(0, len(records), WRITTEN_AT_ONCE))


def _guarded(record: ViewRecord) -> IfNewer:
    """Return the write; BSON compares embedded documents field by field, so `guard` is the pair (version, offset)."""
    guard = {"version": record.version, "offset": record.offset}
    content = {"kind": record.kind, "guard": guard, "partition": record.partition}
    return IfNewer({"_id": record.id, "guard": {"$lt": guard}}, content | _shown(record))


def _shown(record: ViewRecord) -> Document:
    parked = {"parked": state_of(record).parked}
    if not isinstance(record, TicketView):
        return parked
    document = prepare_ticket(record)
    return parked | {
        "facets": facets_of(record),
        "pairs": pairs_of(record),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        bucket_field("created_at"): buckets_of(record.created_at),
        bucket_field("updated_at"): buckets_of(record.updated_at),
        "words": posts_of(record),
        "born": born(record),
        "item": document.item,
        "body": document.body,
        "recent": document.recent,
    }


def _entry(entry: TimelineEntry) -> Document:
    return {
        "_id": entry.key,
        "ticket_id": entry.ticket_id,
        "version": entry.version,
        "entry": prepare_entry(entry),
    }


def _quarantined(record: Unreadable) -> Document:
    return {"_id": f"{record.topic}:{record.partition}:{record.offset}", **asdict(record)}


def _progress_write(progress: Progress, known: Positions) -> UpdateOne:
    at = {"_id": progress.partition}
    if known == NOTHING_READ:
        return UpdateOne(at, {"$max": _forwards(progress)}, upsert=True)
    there = {name: {"$gte": position} for name, position in known._asdict().items()}
    return UpdateOne(at | there, {"$max": _forwards(progress)})


def _forwards(progress: Progress) -> Document:
    times = {"heard_until": progress.heard_until, "complete_until": progress.complete_until}
    return {
        **progress.positions._asdict(),
        "applied": progress.applied,
        "published": progress.published,
        **{name: time for name, time in times.items() if time is not None},
    }


async def _ignoring_duplicates(insertion: Awaitable[Any]) -> None:
    """Await an unordered insertion of what never changes: what is there already is the same."""
    try:
        await insertion
    except BulkWriteError as error:
        collisions(error)

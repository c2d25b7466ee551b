"""The projector's database: every effect of a batch in one transaction, each behind a guard on what was there before.

| collection | a document is | guard |
|---|---|---|
| views | a ticket's record, as published | version and offset before |
| timeline | one entry of a ticket's history | absent before |
| stats | the counters of a partition | offset before |
| parked_tickets, parked_events | why a ticket waits, and what waits with it | those of its view and counters |
| drops | what operators gave up, who did, why | that of its counters |
| positions | the last message stored and published | never backwards |
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pymongo import AsyncMongoClient, DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from projector_service.adapters.collections import BY_TICKET, Collections, MongoCollection, collection_names
from projector_service.adapters.newer import DUPLICATE_KEY, IfNewer, write_if_newer
from projector_service.adapters.parked_documents import (
    drop_document,
    parked_document,
    parking_document,
    parking_of,
    place,
)
from projector_service.domain.counters import Counters
from projector_service.domain.messages import Received
from projector_service.domain.tickets import ParkedMessage, Ticket
from projector_service.ports import START, NotOurs, Position
from projector_service.projections.effects import BatchPlan, Entry
from ticket_chassis.mongo import Document, refusals
from ticket_contracts.generations import FIRST_GENERATION
from ticket_contracts.partitioning import partition_of
from ticket_contracts.timeline import timeline_key
from ticket_contracts.views import VIEW_RECORD, TicketView

NAMESPACE_EXISTS = 48


class MongoReadStore:
    """The port `ReadStore` on MongoDB, for one generation."""

    def __init__(
        self, client: AsyncMongoClient[Document], database: AsyncDatabase[Document], generation: int = FIRST_GENERATION
    ) -> None:
        self._client = client
        self._database = database
        self._db = Collections.of(database, generation)
        self._names = collection_names(generation)

    async def prepare(self) -> None:
        """Make the collections (a transaction must not have to) and their indexes."""
        present = set(await self._database.list_collection_names())
        for name in self._names:
            if name not in present:
                await self._create(name)
        await self._db.parked_events.create_index(BY_TICKET)
        await self._db.drops.create_index([("ticket_id", 1), ("at", 1)])
        await self._db.timeline.create_index([("ticket_id", 1), ("version", 1)])

    async def _create(self, name: str) -> None:
        try:
            await self._database.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != NAMESPACE_EXISTS:  # another projector begins just now, too
                raise

    async def positions(self, partitions: Collection[int]) -> dict[int, Position]:
        """Return the stored positions."""
        found = {d["_id"]: Position(d["offset"], d["fingerprint"]) async for d in self._db.positions.find()}
        return {partition: found.get(partition, START) for partition in partitions}

    async def save_positions(self, positions: Mapping[int, Position]) -> None:
        """Store them, never backwards."""
        writes = [
            IfNewer(
                {"_id": partition, "offset": {"$lt": position.offset}},
                {"offset": position.offset, "fingerprint": position.fingerprint},
            )
            for partition, position in positions.items()
        ]
        await write_if_newer(self._db.positions, writes)

    async def counters(self, partitions: Collection[int]) -> dict[int, Counters]:
        """Return the counters of each partition."""
        cursor = self._db.stats.find({"_id": {"$in": list(partitions)}})
        found = {d["_id"]: Counters.of(json.loads(d["record"])) async for d in cursor}
        return {partition: found.get(partition) or Counters(partition) for partition in partitions}

    async def tickets(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Return the tickets there are, with why they are parked."""
        found = {d["_id"]: _ticket(d) async for d in self._db.views.find({"_id": {"$in": list(ids)}})}
        if waiting := [ticket_id for ticket_id, (_, parked) in found.items() if parked]:
            async for document in self._db.parked_tickets.find({"_id": {"$in": waiting}}):
                ticket, parked = found[document["_id"]]
                found[ticket.id] = (replace(ticket, parking=parking_of(document)), parked)
        return {ticket_id: ticket for ticket_id, (ticket, _) in found.items()}

    async def event_ids(self, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """Return the ids of the events of these (ticket id, version), as far as they were folded."""
        wanted = [timeline_key(*key) for key in keys]
        cursor = self._db.timeline.find({"_id": {"$in": wanted}}, {"ticket_id": 1, "version": 1, "event_id": 1})
        return {(d["ticket_id"], d["version"]): d["event_id"] async for d in cursor}

    async def entries(self, since: Mapping[str, int]) -> list[Entry]:
        """Return the history entries of tickets above the version given for each."""
        wanted = [{"ticket_id": ticket_id, "version": {"$gt": version}} for ticket_id, version in since.items()]
        return [_entry(d) async for d in self._db.timeline.find({"$or": wanted})] if wanted else []

    async def parked(self, ids: Collection[str]) -> dict[str, list[Received]]:
        """Return what waits, by ticket."""
        waiting: dict[str, list[Received]] = {}
        cursor = self._db.parked_events.find({"ticket_id": {"$in": list(ids)}}).sort([("ticket_id", 1), ("offset", 1)])
        async for d in cursor:
            received = Received(d["partition"], d["offset"], d["key"], d["value"], d["timestamp"])
            waiting.setdefault(d["ticket_id"], []).append(received)
        return waiting

    async def waiting(self) -> int:
        """Return how many messages are parked, of all partitions."""
        return await self._db.parked_events.count_documents({}, hint=BY_TICKET)

    async def commit(self, plan: BatchPlan) -> None:
        """Store all effects, or none."""
        if not plan.counted():
            return
        # Majority reads inside would see an older snapshot than our own last write only if the primary changed:
        # then the guards match nothing, and NotOurs says so.
        async with (
            self._client.start_session() as session,
            await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            try:
                await self._store(plan, session)
            except DuplicateKeyError:
                raise _there_before() from None
            except BulkWriteError as error:
                raise _why(error) from None

    async def _store(self, plan: BatchPlan, session: AsyncClientSession) -> None:
        await self._guarded(self._db.stats, [_counters_write(plan, c) for c in plan.counted()], session)
        await self._guarded(self._db.views, [_view_write(plan, t) for t in plan.changed_tickets()], session)
        if plan.new_entries:
            entries = [
                {
                    "_id": e.key,
                    "ticket_id": e.ticket_id,
                    "version": e.version,
                    "event_id": e.event_id,
                    "record": e.body.decode(),
                }
                for e in plan.new_entries
            ]
            await self._db.timeline.insert_many(entries, ordered=False, session=session)
        if plan.moves_waiting():
            await self._store_parking(plan, session)
        if plan.drops:
            await self._db.drops.insert_many([drop_document(d) for d in plan.drops], session=session)

    async def _guarded(self, collection: MongoCollection, operations: list[Any], session: AsyncClientSession) -> None:
        if not operations:
            return
        result = await collection.bulk_write(operations, ordered=False, session=session)
        if result.matched_count + result.inserted_count != len(operations):
            raise NotOurs(f"{collection.name}: {len(operations)} writes, {result.matched_count} matched")

    async def _store_parking(self, plan: BatchPlan, session: AsyncClientSession) -> None:
        events: list[Any] = [ReplaceOne({"_id": place(m.at)}, parked_document(m), upsert=True) for m in plan.park]
        events += await self._new_reasons(plan.parked_again, session)
        gone = [DeleteOne({"_id": place(at)}) for at in plan.unpark]
        if events or gone:
            await self._db.parked_events.bulk_write([*events, *gone], ordered=True, session=session)
        tickets: list[Any] = []
        for ticket in plan.reparked_tickets():
            if ticket.parking is None:
                tickets.append(DeleteOne({"_id": ticket.id}))
            else:
                tickets.append(ReplaceOne({"_id": ticket.id}, parking_document(ticket, ticket.parking), upsert=True))
        if tickets:
            await self._db.parked_tickets.bulk_write(tickets, ordered=False, session=session)

    async def _new_reasons(self, again: Collection[ParkedMessage], session: AsyncClientSession) -> list[UpdateOne]:
        # Not the whole messages, nor those that wait on as before: one transaction has to take it, however many wait.
        wanted = {"ticket_id": {"$in": list({m.ticket_id for m in again})}}
        cursor = self._db.parked_events.find(wanted, {"reason": 1}, session=session)
        known = {d["_id"]: d["reason"] async for d in cursor}
        return [_new_reason(m) for m in again if known.get(place(m.at)) != m.reason]


def _there_before() -> NotOurs:
    return NotOurs("a document is there that was not there before")


def _why(error: BulkWriteError) -> Exception:
    """Return NotOurs where documents are there already; any other refusal may say that it is too much at once."""
    others = [code for code in refusals(error) if code != DUPLICATE_KEY]
    return OperationFailure("not all of a batch is taken", others[0]) if others else _there_before()


def _new_reason(message: ParkedMessage) -> UpdateOne:
    fields = {"version": message.version, "event_id": message.event_id, "reason": message.reason}
    return UpdateOne({"_id": place(message.at)}, {"$set": fields})


def _entry(document: Document) -> Entry:
    ticket_id = document["ticket_id"]
    body = document["record"].encode()
    return Entry(partition_of(ticket_id), ticket_id, document["version"], document["event_id"], body)


def _counters_write(plan: BatchPlan, counters: Counters) -> Any:
    body = plan.stored_counters(counters.partition)
    before = plan.counted_before[counters.partition]
    document = {"_id": counters.partition, "offset": counters.offset, "record": body.decode()}
    if before < 0:
        return InsertOne(document)
    return ReplaceOne({"_id": counters.partition, "offset": before}, document)


def _view_write(plan: BatchPlan, ticket: Ticket) -> Any:
    record, body = ticket.record(), plan.body(ticket)
    assert record is not None and body is not None  # noqa: S101, PT018 - a changed ticket has a view or is parked
    document = {
        "_id": ticket.id,
        "version": record.version,
        "offset": record.offset,
        "partition": ticket.partition,
        "parked": ticket.parking is not None,
        "record": body.decode(),
    }
    if ticket.stored_as is None:
        return InsertOne(document)
    version, offset = ticket.stored_as
    return ReplaceOne({"_id": ticket.id, "version": version, "offset": offset}, document)


def _ticket(document: Document) -> tuple[Ticket, bool]:
    record = VIEW_RECORD.validate_json(document["record"])
    view = record if isinstance(record, TicketView) else None
    guard = (document["version"], document["offset"])
    marked_at = document["offset"] if view is None else -1
    return Ticket(document["_id"], document["partition"], view, None, guard, marked_at), document["parked"]

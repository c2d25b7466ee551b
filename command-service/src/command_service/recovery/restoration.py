"""Puts back into the store what Kafka's log has and the store has not."""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.adapters.event_store import make_indexes, to_document
from command_service.adapters.text_keys import COLLECTION as KEYS_COLLECTION
from command_service.adapters.text_keys import make_index
from command_service.domain.ticket import ImpossibleEvent, Ticket
from command_service.ports import NewEvent
from command_service.recovery.judgement import LoggedEvent, NotOurs, judge, store_of
from command_service.recovery.reading import read_text_keys, read_topic
from command_service.recovery.tickets import KnownTickets
from command_service.relay.record import RelayRecords
from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS


class Contradiction(Exception):
    """Log and store cannot both be right, or the log has a gap; the message names the ticket."""


@dataclass(slots=True)
class Restored:
    """What the store lacks, or lacked: events by ticket, text keys; and why other records were not taken."""

    events: Counter[str] = field(default_factory=Counter)
    text_keys: set[str] = field(default_factory=set)
    not_taken: Counter[str] = field(default_factory=Counter)


class Restoration:
    """Reads the log once for each `run`; what was inserted by an earlier one, even if killed, is not missing again."""

    def __init__(self, settings: CommandSettings, database: AsyncDatabase[Document]) -> None:
        self._settings = settings
        self._events = database[EVENTS_COLLECTION]
        self._text_keys = database[KEYS_COLLECTION]
        self._records = RelayRecords(database)
        self._tickets = KnownTickets(database)
        self._keys: dict[str, TextKey] = {}
        self._store_id: str | None = None
        self._waiting: dict[str, dict[int, LoggedEvent]] = {}
        self._found = Restored()

    async def run(self, *, write: bool, since: datetime | None = None) -> Restored:
        """Return what is missing and, with `write`, has been inserted; a store without events takes the log's id.

        Raises Contradiction, before anything is written that contradicts, PyMongoError, KafkaError or TimeoutError.
        """
        self._found, self._waiting = Restored(), {}
        self._tickets.forget()
        adopting = await self._events.find_one({}, {"_id": 1}) is None
        self._store_id = None if adopting else await self._records.store_id()
        if write:
            # While there is little to index: each look at the store would read all of it, and a service that finds
            # millions of events without indexes cannot make them within the time limit of its first append.
            await make_indexes(self._events)
            await make_index(self._text_keys)
        self._keys = await read_text_keys(self._settings)
        async for records in read_topic(self._settings, EVENTS, since):
            logged = self._own(records)
            if write and adopting and self._store_id is not None:
                await self._records.adopt(self._store_id)
                adopting = False
            await self._take(await self._missing(logged), write=write)
        if self._waiting:
            gaps = ", ".join(f"{ticket} before version {min(events)}" for ticket, events in self._waiting.items())
            raise Contradiction(f"events are missing on the log as well (does it begin too late?): {gaps}")
        return self._found

    def _own(self, records: Iterable[Any]) -> list[LoggedEvent]:
        own = []
        for record in records:
            try:
                self._must_be_of_this_store(store_of(record))
                own.append(judge(record, self._keys))
            except NotOurs as reason:
                self._found.not_taken[str(reason)] += 1
        return own

    def _must_be_of_this_store(self, store_id: str) -> None:
        if self._store_id is None:
            self._store_id = store_id
        elif self._store_id != store_id:
            raise NotOurs(f"of another store, {store_id}")

    async def _missing(self, logged: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        by_id = {event.envelope.id: event for event in logged if not self._tickets.took(event.envelope.id)}
        async for row in self._events.find({"_id": {"$in": list(by_id)}}, {"_id": 1}):
            del by_id[row["_id"]]
        keys = [event.key for event in by_id.values() if event.key is not None]
        async for row in self._events.find({"key": {"$in": keys}}, {"ticket_id": 1, "version": 1}):
            raise Contradiction(
                f"ticket {row['ticket_id']} version {row['version']} was stored under an idempotency key that an event "
                "on the log has as well: its command was carried out twice"
            )
        return list(by_id.values())

    async def _take(self, missing: Sequence[LoggedEvent], *, write: bool) -> None:
        await self._tickets.load({event.envelope.subject for event in missing})
        taken = []
        for event in missing:
            waiting = self._waiting.setdefault(event.envelope.subject, {})
            if waiting.setdefault(event.version, event) is not event:
                raise _two_events(event)
            while (following := waiting.pop(self._tickets.version(event.envelope.subject) + 1, None)) is not None:
                taken.append(self._to_stored(following))
            self._must_follow(event.envelope.subject)
            if not waiting:
                del self._waiting[event.envelope.subject]
        await self._put_back_keys(taken, write=write)
        if write and taken:
            try:
                await self._events.insert_many([to_document(event) for event in taken])
            except BulkWriteError:
                raise Contradiction("somebody else writes to the store: stop every command-service") from None

    def _must_follow(self, ticket_id: str) -> None:
        version = self._tickets.version(ticket_id)
        for event in self._waiting[ticket_id].values():
            if event.version <= version:
                raise _two_events(event)

    def _to_stored(self, logged: LoggedEvent) -> NewEvent:
        envelope = logged.envelope
        try:
            after = self._tickets.evolve(envelope.subject, envelope.id, logged.event, logged.kid)
        except ImpossibleEvent as error:
            raise Contradiction(f"ticket {envelope.subject} version {logged.version}: {error}") from None
        self._found.events[envelope.subject] += 1
        return _to_new_event(logged, after, self._tickets.kid(envelope.subject))

    async def _put_back_keys(self, events: Sequence[NewEvent], *, write: bool) -> None:
        wanted = {event.kid: self._tickets.customer(event.ticket_id) for event in events}
        async for row in self._text_keys.find({"_id": {"$in": list(wanted)}}, {"_id": 1}):
            del wanted[row["_id"]]
        self._found.text_keys |= wanted.keys()
        rows = {kid: _to_row(self._keys[kid], customer) for kid, customer in wanted.items()}
        async for row in self._text_keys.find({"customer_id": {"$in": list(wanted.values())}}, {"customer_id": 1}):
            raise Contradiction(f"a customer has another text key in the store than on the log: {row['_id']}")
        if write and rows:
            await self._text_keys.insert_many(list(rows.values()))


def _two_events(event: LoggedEvent) -> Contradiction:
    return Contradiction(
        f"ticket {event.envelope.subject} has two events of version {event.version}: {event.envelope.id} on the log, "
        "and another one in the store or on the log before"
    )


def _to_new_event(logged: LoggedEvent, after: Ticket, kid: str) -> NewEvent:
    envelope = logged.envelope
    known = logged.key is not None and logged.fingerprint is not None
    return NewEvent(
        id=envelope.id,
        ticket_id=envelope.subject,
        version=logged.version,
        type=envelope.type,
        after=after,
        occurred_at=envelope.time,
        recorded_at=envelope.recordedtime,
        kid=kid,
        key=logged.key if known else None,
        fingerprint=logged.fingerprint if known else None,
        envelope=logged.text,
    )


def _to_row(key: TextKey, customer_id: str) -> Document:
    assert key.key is not None  # noqa: S101 - an event whose key was forgotten is not taken
    return {"_id": key.kid, "customer_id": customer_id, "key": b64decode(key.key), "created_at": key.created_at}

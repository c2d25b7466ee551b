"""Stored events as the relay sees them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ticket_chassis.mongo import Document

FIELDS = ("ticket_id", "kid", "envelope", "key", "fingerprint")
ORDER = [("ticket_id", ASCENDING), ("version", ASCENDING)]


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """One event to publish: its key and bytes, and the text key that must be on Kafka before it.

    `key` and `fingerprint`: of the command that it answers, so that the log alone can restore the store.
    """

    ticket_id: str
    kid: str
    value: bytes
    key: str | None = None
    fingerprint: bytes | None = None


def to_outbox(row: Mapping[str, Any]) -> OutboxEvent:
    """Return the event of a stored document."""
    return OutboxEvent(row["ticket_id"], row["kid"], row["envelope"].encode(), row.get("key"), row.get("fingerprint"))


async def whole_store(events: AsyncCollection[Document], size: int = 500) -> AsyncIterator[list[OutboxEvent]]:
    """Yield all stored events by (ticket, version), so that each ticket's come in order, up to `size` at a time.

    Among them is every event that a change stream opened before leaves out, also one that was still on its way to the
    majority then.
    """
    fields = dict.fromkeys((*FIELDS, "version"), 1)
    async with events.database.client.start_session(causal_consistency=True) as session:
        # A stream begins behind what the server has applied, a read sees no more than what the majority has: what lies
        # between would be in neither. The session carries the time of this answer to the read, which waits for it.
        await events.database.command("ping", session=session)
        query: Document = {}
        # A query for each piece: the server counts the time limit of a call for all that one query is asked for.
        while rows := await events.find(query, fields, session=session).sort(ORDER).limit(size).to_list():
            yield [to_outbox(row) for row in rows]
            query = _behind(rows[-1])


def _behind(row: Mapping[str, Any]) -> Document:
    ticket, version = row["ticket_id"], row["version"]
    # Two ranges of the index, which the server merges in its order: nothing is read in vain.
    return {"$or": [{"ticket_id": ticket, "version": {"$gt": version}}, {"ticket_id": {"$gt": ticket}}]}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one look at the change stream brought; `events` may be empty.

    With these events everything stored up to `position`, and before the time `stored_until` (by the database's
    clock), has been delivered; None where that time is not known. `token` resumes after them.
    """

    events: list[OutboxEvent]
    token: Mapping[str, Any]
    position: tuple[int, int]
    stored_until: datetime | None
    oldest: datetime | None

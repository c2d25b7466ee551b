"""The change stream of the event store, as deliveries: what came since the last one, and how far that reaches."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from pymongo.asynchronous.change_stream import AsyncCollectionChangeStream
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import CursorNotFound

from command_service.leasing.clock import DatabaseClock
from command_service.relay.outbox import FIELDS, Delivery, OutboxEvent, to_outbox
from command_service.relay.position import Token, before, cluster_time
from ticket_chassis.mongo import Document

AWAIT_MS = 100
WAITING_MAX = 5_000
WAITING_BYTES = 8 * 1024 * 1024
"""An event is a few hundred bytes as a rule, and over 100,000 with a long text: what waits is bounded in both."""

REST_SECONDS, REST_FOR_EVENT, LONGEST_REST = 0.015, 0.002, 0.1
"""From one taking of events to the next, at least; the second is added for each event taken.

About what a delivery and an event cost the services behind it: on a busy machine more deliveries than they can do make
everybody wait longer. An event that no other went before waits for nobody."""

INSERTS: list[Mapping[str, Any]] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"wallTime": 1} | {f"fullDocument.{field}": 1 for field in FIELDS}},
]


async def open_stream(events: AsyncCollection[Document], token: Token | None) -> AsyncCollectionChangeStream[Document]:
    """Return the stream of stored events after `token`, from now on without one.

    Raises OperationFailure with code 286 where the server's history does not reach back to the token.
    """
    return await events.watch(INSERTS, resume_after=token, max_await_time_ms=AWAIT_MS, batch_size=1_000)


class ChangeFeed:
    """Collects what a stream brings while the one who takes it is busy. Run `pump` beside `take`."""

    def __init__(self, stream: AsyncCollectionChangeStream[Document], clock: DatabaseClock) -> None:
        self._stream = stream
        self._clock = clock
        self._events: list[OutboxEvent] = []
        self._bytes = 0
        self._oldest: datetime | None = None
        self._reached: datetime | None = None
        self._last_event_token: Token | None = None
        self._rests_until = 0.0
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def pump(self) -> None:
        """Read the stream until it ends, and raise CursorNotFound then; raises what the driver raises."""
        # One that has ended answers at once, with nothing, for ever: asking on would leave nobody else a turn.
        while self._stream.alive:
            # An answer without events says: nothing else was stored before the question was asked.
            asked_at = self._clock.now()
            change = await self._stream.try_next()
            if change is None:
                self._reached = asked_at
            else:
                self._add(change)
            self._news.set()
            if len(self._events) >= WAITING_MAX or self._bytes >= WAITING_BYTES:
                self._room.clear()
                await self._room.wait()
        raise CursorNotFound("the change stream has ended")

    async def take(self) -> Delivery:
        """Wait for news, and return it; events follow others after a rest."""
        await self._news.wait()
        await asyncio.sleep(max(0.0, self._rests_until - monotonic()))
        self._news.clear()
        token = self._stream.resume_token
        assert token is not None  # noqa: S101 - every answer of the server carries one
        events, oldest = self._events, self._oldest
        self._events, self._bytes, self._oldest = [], 0, None
        if events:
            self._rests_until = monotonic() + min(REST_SECONDS + REST_FOR_EVENT * len(events), LONGEST_REST)
        self._room.set()
        reached = cluster_time(token)
        position = before(reached) if token == self._last_event_token else reached
        return Delivery(events, token, position, self._reached, oldest)

    def _add(self, change: Document) -> None:
        event = to_outbox(change["fullDocument"])
        self._events.append(event)
        self._bytes += len(event.value)
        self._last_event_token = change["_id"]
        self._reached = change["wallTime"]
        if self._oldest is None:
            self._oldest = change["wallTime"]

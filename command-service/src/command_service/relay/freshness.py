"""How far Kafka is behind the store, exact on every instance, and right after a write that was answered."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from pymongo import ASCENDING, AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CursorNotFound, OperationFailure

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.adapters.mongo_errors import away_on_error
from command_service.ports import FreshnessReport
from command_service.relay.feed import open_stream
from command_service.relay.position import HISTORY_LOST, Position, Token, cluster_time
from command_service.relay.record import RelayRecord, RelayRecords
from command_service.relay.relay import Relay
from ticket_chassis.mongo import Document
from ticket_contracts.partitioning import PARTITIONS

WAIT_SECONDS = 1.5
POLL_SECONDS = 0.05


class Freshness:
    """Compares the store's cluster time now with what the relay, here or elsewhere, has behind it."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: AsyncDatabase[Document],
        relay: Relay | None,
        wait: float = WAIT_SECONDS,
    ) -> None:
        self._client = client
        self._events = database[EVENTS_COLLECTION]
        self._records = RelayRecords(database)
        self._relay = relay
        self._wait = wait

    async def read(self) -> FreshnessReport:
        """Return the report; raises StoreUnavailable. Takes up to 2 s while Kafka is behind."""
        with away_on_error():
            # Read with majority concern, so that everything a client has an answer for lies before `now`.
            async with self._client.start_session(causal_consistency=False) as session:
                record = await self._records.load(session)
                now = session.operation_time
            assert now is not None  # noqa: S101 - every answer of a replica set carries one
            if await self._caught_up((now.time, now.inc)):
                return FreshnessReport(0, await self._published())
            return FreshnessReport(await self._lag(record, (now.time, now.inc)), await self._published())

    async def _caught_up(self, now: Position) -> bool:
        session = self._relay.session if self._relay else None
        if session is not None:
            try:
                await asyncio.wait_for(session.progress.reached(now), self._wait)
            except TimeoutError:
                return False
            return True
        # A deadline rather than a time-out: PyMongo may swallow the cancellation that a time-out is.
        deadline = monotonic() + self._wait
        while (record := await self._records.load()) is None or record.position < now:
            if monotonic() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _published(self) -> tuple[int, ...]:
        session = self._relay.session if self._relay else None
        if session is not None and session.log is not None:
            return tuple(session.log.published)
        record = await self._records.load()
        return (-1,) * PARTITIONS if record is None else tuple(record.log.published)

    async def _lag(self, record: RelayRecord | None, now: Position) -> int:
        session = self._relay.session if self._relay else None
        token = (session and session.progress.token) or (record and record.token)
        oldest = await self._first_after(token, now) if token else await self._first_of_all()
        if oldest is None:
            return 0
        hello = await self._client.admin.command("hello")
        age = hello["localTime"].replace(tzinfo=UTC) - oldest
        return max(1, int(age.total_seconds() * 1000))

    async def _first_after(self, token: Token, now: Position) -> datetime | None:
        """Return when the first event after `token` was stored, None if there is none up to `now`."""
        try:
            async with await open_stream(self._events, token) as stream:
                while stream.alive:
                    change: dict[str, Any] | None = await stream.try_next()
                    if change is not None:
                        stored: datetime = change["wallTime"]
                        return stored
                    if stream.resume_token is not None and cluster_time(stream.resume_token) >= now:
                        return None
                raise CursorNotFound("the change stream has ended")
        except OperationFailure as error:
            if error.code not in HISTORY_LOST:
                raise
            return await self._first_of_all()

    async def _first_of_all(self) -> datetime | None:
        # Ids are UUIDs of version 7: the first one is the oldest event.
        row = await self._events.find_one({}, {"recorded_at": 1}, sort=[("_id", ASCENDING)])
        return None if row is None else row["recorded_at"]

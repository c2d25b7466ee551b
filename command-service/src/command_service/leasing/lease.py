"""A lease in the command database: one holder at a time, by the database server's clock."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from command_service.leasing.clock import DatabaseClock
from ticket_chassis.mongo import Document

COLLECTION = "leases"
LEASE_SECONDS = 6.0
RENEW_SECONDS = 2.0
RETRY_SECONDS = 1.0

_END = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": int(LEASE_SECONDS * 1000)}}

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody else may lead by now: stop at once."""


class Lease:
    """A named lease. Each time it is acquired it has a higher `term`, which fences what older holders still write."""

    def __init__(self, database: AsyncDatabase[Document], name: str, clock: DatabaseClock | None = None) -> None:
        self._leases = database[COLLECTION]
        self._name = name
        self._owner = str(uuid4())
        self._clock = clock or DatabaseClock()
        self._good_until = 0.0
        self.term = 0

    async def acquire(self) -> None:
        """Wait until the lease is ours; a database that is away is waited for."""
        while True:
            try:
                if await self._try():
                    log.info("lease acquired", lease=self._name, term=self.term)
                    return
            except PyMongoError as error:
                log.warning("lease not to be had", lease=self._name, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def keep(self) -> None:
        """Renew for ever; raises LeaseLost, or the driver's error."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            asked = monotonic()
            row = await self._update({"_id": self._name, "owner": self._owner, "term": self.term}, {})
            if row is None:
                raise LeaseLost(self._name)
            self._good_until = asked + LEASE_SECONDS

    def check(self) -> None:
        """Raise LeaseLost once the lease may have run out, as after a pause of this process."""
        if monotonic() >= self._good_until:
            raise LeaseLost(self._name)

    async def release(self) -> None:
        """Let the next holder have it at once; where the database is away it runs out by itself."""
        self._good_until = 0.0
        mine = {"_id": self._name, "owner": self._owner, "term": self.term}
        try:
            await self._leases.update_one(mine, [{"$set": {"until": "$$NOW"}}])
        except PyMongoError as error:
            log.warning("lease not released", lease=self._name, error=type(error).__name__)

    async def _try(self) -> bool:
        asked = monotonic()
        free = {"$or": [{"$lte": ["$until", "$$NOW"]}, {"$eq": ["$owner", self._owner]}]}
        changes = {"owner": self._owner, "term": {"$add": [{"$ifNull": ["$term", 0]}, 1]}}
        row = await self._update({"_id": self._name, "$expr": free}, changes)
        if row is None and await self._is_new():
            row = await self._update({"_id": self._name, "$expr": free}, changes)
        if row is None:
            await self._shorten()
            return False
        self.term = row["term"]
        self._good_until = asked + LEASE_SECONDS
        return True

    async def _is_new(self) -> bool:
        """Create the lease, free, where there is none."""
        try:
            await self._leases.insert_one({"_id": self._name, "until": datetime.fromtimestamp(0, UTC)})
        except DuplicateKeyError:
            return False
        return True

    async def _shorten(self) -> None:
        """Let the lease last no longer than any was ever given.

        The server's clock was set back since, or another server's is behind it: whoever held it, if dead, would keep
        it until the clock is there again. A holder that lives renews it before it has run out.
        """
        await self._update({"_id": self._name, "$expr": {"$gt": ["$until", _END]}}, {})

    async def _update(self, wanted: Document, changes: dict[str, Any]) -> Document | None:
        row: Document | None = await self._leases.find_one_and_update(
            wanted,
            [{"$set": {**changes, "until": _END, "renewed_at": "$$NOW"}}],
            return_document=ReturnDocument.AFTER,
        )
        if row is not None:
            self._clock.observe(row["renewed_at"])
        return row

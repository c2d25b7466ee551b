"""A periodic job that one instance does at a time."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from pymongo.errors import PyMongoError

from command_service.leasing.lease import Lease, LeaseLost
from command_service.leasing.together import together
from command_service.ports import Overloaded, StoreUnavailable

PAUSE_SECONDS = 10.0

log = structlog.get_logger(__name__)


class LedJob:
    """Runs `job` every `interval` seconds while it holds the lease; `job` returns how much it did."""

    def __init__(self, name: str, lease: Lease, job: Callable[[], Awaitable[int]], interval: float) -> None:
        self._name = name
        self._lease = lease
        self._job = job
        self._interval = interval

    async def run(self) -> None:
        """Run for ever; a database that is away is waited for."""
        while True:
            await self._lease.acquire()
            try:
                await self._lead()
            except asyncio.CancelledError:
                await self._lease.release()
                raise

    async def _lead(self) -> None:
        try:
            await together(self._lease.keep(), self._repeat())
        except (LeaseLost, PyMongoError, StoreUnavailable, Overloaded) as error:
            log.warning("job interrupted", job=self._name, error=type(error).__name__)
            # The lease is still ours, and what refused may do so for days, as a store that takes nothing new does.
            await asyncio.sleep(PAUSE_SECONDS)

    async def _repeat(self) -> None:
        while True:
            if done := await self._job():
                log.info("job done", job=self._name, count=done)
            await asyncio.sleep(self._interval)

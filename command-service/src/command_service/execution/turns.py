"""One at a time per name: tickets take turns, and so do idempotency keys."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class WaitedTooLong(Exception):
    """The turn did not come within the limit."""


class Turns:
    """Locks by name that exist only while somebody holds or awaits them."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def take(self, name: str, limit: float | None = None) -> AsyncIterator[None]:
        """Hold the turn of `name`, first come first served; raises WaitedTooLong after `limit` seconds."""
        queue = self._waiting.get(name)
        if queue is None:
            self._waiting[name] = deque()
        else:
            await self._wait(name, queue, limit)
        try:
            yield
        finally:
            self._pass_on(name)

    async def _wait(self, name: str, queue: deque[asyncio.Future[None]], limit: float | None) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            async with asyncio.timeout(limit):
                await mine
        except BaseException as error:
            # The turn may have come in the very moment of giving up: then it goes to the next one.
            if mine.done() and not mine.cancelled():
                self._pass_on(name)
            if isinstance(error, TimeoutError):
                raise WaitedTooLong from None
            raise

    def _pass_on(self, name: str) -> None:
        queue = self._waiting[name]
        while queue:
            following = queue.popleft()
            if not following.done():
                following.set_result(None)
                return
        del self._waiting[name]

"""One at a time per name: tickets take turns, and so do idempotency keys."""

import asyncio
from collections import deque
from types import TracebackType

Queue = deque[asyncio.Future[None]]


class WaitedTooLong(Exception):
    """The turn did not come within the limit."""


class Turns:
    """Locks by name that exist only while somebody holds or awaits them."""

    def __init__(self) -> None:
        self._waiting: dict[str, Queue] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, name: str, limit: float | None = None) -> "Turn":
        """Return a context that holds the turn of `name`, first come first served.

        Entering it raises WaitedTooLong after `limit` seconds.
        """
        return Turn(self._waiting, name, limit)


class Turn:
    """A class rather than a generator: every command takes two, and nearly always at once."""

    __slots__ = ("_limit", "_name", "_waiting")

    def __init__(self, waiting: dict[str, Queue], name: str, limit: float | None) -> None:
        self._waiting = waiting
        self._name = name
        self._limit = limit

    async def __aenter__(self) -> None:
        """Wait for the turn."""
        queue = self._waiting.get(self._name)
        if queue is None:
            self._waiting[self._name] = deque()
        else:
            await self._wait(queue)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the turn to whoever has waited longest."""
        self._pass_on()

    async def _wait(self, queue: Queue) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            async with asyncio.timeout(self._limit):
                await mine
        except BaseException as error:
            # The turn may have come in the very moment of giving up: then it goes to the next one.
            if mine.done() and not mine.cancelled():
                self._pass_on()
            if isinstance(error, TimeoutError):
                raise WaitedTooLong from None
            raise

    def _pass_on(self) -> None:
        queue = self._waiting[self._name]
        while queue:
            following = queue.popleft()
            if not following.done():
                following.set_result(None)
                return
        del self._waiting[self._name]

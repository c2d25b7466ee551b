"""Group commit, and group reads: what comes in while one call to the database is under way goes with the next."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from command_service.ports import Overloaded

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Flush = Callable[[Sequence[Item]], Awaitable[Sequence[Answer | Exception]]]


class Coalescer(Generic[Item, Answer]):
    """Gives each item an outcome of its own, at the price of one call for many.

    `flush` takes up to `max_batch` items and returns as many answers or exceptions, in their order; what it raises
    goes to all of them. Above `max_waiting` items a submit raises Overloaded.
    """

    def __init__(self, flush: Flush[Item, Answer], *, max_batch: int = 1_000, max_waiting: int = 20_000) -> None:
        self._flush = flush
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._flusher: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Answer:
        """Return the item's answer, or raise its exception."""
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._flusher is None:
            self._flusher = self._begin()
        return await answer

    def _begin(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._flush_all(), name="group commit")

    async def _flush_all(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), self._max_batch)
                await self._flush_some([self._waiting.popleft() for _ in range(size)])
        finally:
            self._flusher = None
            if self._waiting:  # cut off in mid-call: those who were not taken yet must not wait for the next comer
                self._flusher = self._begin()

    async def _flush_some(self, taken: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        # Whoever went away before the call began wants it no more.
        wanted = [(item, answer) for item, answer in taken if not answer.done()]
        if not wanted:
            return
        answers: Sequence[Answer | Exception]
        try:
            answers = await self._flush([item for item, _ in wanted])
        except Exception as error:  # noqa: BLE001 - it goes to everybody who waits
            answers = [error] * len(wanted)
        except BaseException:
            for _, future in wanted:
                future.cancel()
            raise
        for (_, future), answer in zip(wanted, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

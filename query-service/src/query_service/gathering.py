"""Many small questions, asked together: what is asked for while an answer is under way goes with the next question.

Nobody waits for company: while few questions are under way, each is asked at once. And nobody gets an answer to a
question that was put before theirs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 2
MOST = 100
"""Keys in one question, at most."""


class Gathering(Generic[K, V]):
    """Asks `ask` for the values of several keys; keys without a value are left out of its answer."""

    def __init__(self, ask: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._ask = ask
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """Return the value of a key, as it is at some time after this call; raises what `ask` raises."""
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = asyncio.get_running_loop().create_future()
        # One that has asked to its end is still in the set for a turn of the loop, and asks no more.
        if sum(not task.done() for task in self._asking) < AT_ONCE:
            task = asyncio.create_task(self._ask_on())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        # One who goes away does not take the answer from the others.
        return await asyncio.shield(waiting)

    async def _ask_on(self) -> None:
        while self._waiting:
            taken = {key: self._waiting.pop(key) for key in list(self._waiting)[:MOST]}
            try:
                found = await self._ask(taken.keys())
            except BaseException as error:  # noqa: BLE001 - of those who wait
                for waiting in taken.values():
                    waiting.set_exception(error)
                    waiting.exception()  # seen, even if nobody waits any more
            else:
                for key, waiting in taken.items():
                    waiting.set_result(found.get(key))

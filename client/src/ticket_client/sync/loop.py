"""An event loop in a thread of its own, for callers that have none, or one that is busy (as in a notebook)."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines one call at a time for each thread that asks; any number of threads may."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: set[AsyncGenerator[Any, None]] = set()
        self._thread = Thread(target=self._loop.run_forever, name="ticket-client", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether nothing runs here any more."""
        return self._loop.is_closed()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end and return its result, or raise what it raises. RuntimeError after `close`."""
        if self.closed:
            work.close()
            raise RuntimeError("the session is closed")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()  # matters when the wait was interrupted (Ctrl-C): what nobody waits for must not go on

    def iterate(self, items: AsyncGenerator[T, None]) -> Generator[T, None, None]:
        """The items, each fetched when it is asked for."""

        async def following() -> list[T]:
            try:
                return [await anext(items)]
            except StopAsyncIteration:
                return []

        self._open.add(items)
        try:
            while found := self.run(following()):
                yield found[0]
        finally:
            if items in self._open:
                self._end(items)

    def _end(self, items: AsyncGenerator[Any, None]) -> None:
        self._open.discard(items)
        self.run(items.aclose())

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """End the iterators that are left open, run one `last` coroutine, and end the thread."""
        for items in list(self._open):
            self._end(items)
        self.run(last)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

"""An event loop in a thread of its own, for callers that have none, or one that is busy (as in a notebook)."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import CancelledError, Future
from threading import RLock, Thread, current_thread
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines one call at a time for each thread that asks; any number of threads may."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: set[AsyncGenerator[Any, None]] = set()
        self._left: set[Future[None]] = set()
        self._closing = False
        # Python's collector may end an iterator in the midst of any call, of one that begins something, too.
        self._begins = RLock()
        self._thread = Thread(target=self._loop.run_forever, name="ticket-client", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether nothing new is begun here any more."""
        return self._closing

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end and return its result, or raise what it raises. RuntimeError once it is closed."""
        future = self._begin(work)
        try:
            return future.result()
        except CancelledError:
            if self._closing:
                raise RuntimeError("the session was closed meanwhile") from None
            raise
        finally:
            future.cancel()  # matters when the wait was interrupted (Ctrl-C): what nobody waits for must not go on

    def _begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        # What is begun behind the end would be waited for for ever.
        with self._begins:
            if self._closing:
                work.close()
                raise RuntimeError("the session is closed")
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def iterate(self, items: AsyncGenerator[T, None]) -> Generator[T, None, None]:
        """The items, each fetched when it is asked for."""
        at_it: set[asyncio.Task[Any] | None] = set()

        async def following() -> list[T]:
            at_it.add(me := asyncio.current_task())
            try:
                return [await anext(items)]
            except StopAsyncIteration:
                return []
            finally:
                at_it.remove(me)

        async def end() -> None:
            # Whoever is interrupted leaves one behind that is being cancelled, which takes a while.
            await asyncio.gather(*filter(None, at_it), return_exceptions=True)
            await items.aclose()

        self._open.add(items)
        try:
            while found := self.run(following()):
                yield found[0]
        finally:
            if not self._closing:  # else that ends it
                self._open.discard(items)
                self._leave(end())

    def _leave(self, end: Coroutine[Any, Any, None]) -> None:
        if current_thread() is not self._thread:
            self.run(end)
            return
        # The collector found it here, in the midst of somebody's call: whoever waits now waits for himself.
        left = self._begin(end)
        self._left.add(left)
        left.add_done_callback(self._left.discard)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """End the calls that others wait for and the iterators left open, run one `last` coroutine, end the thread."""
        with self._begins:
            self._closing = True
        asyncio.run_coroutine_threadsafe(self._end(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self, last: Coroutine[Any, Any, None]) -> None:
        calls = asyncio.all_tasks() - {asyncio.current_task()}
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        for items in list(self._open):
            await items.aclose()
        await last

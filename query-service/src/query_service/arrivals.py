"""Wakes the requests that wait for something, when ingest has stored it: each its own, never the whole herd."""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

Key = str | int
"""A ticket id: its view or timeline changed. A source partition: its counters did."""


class TooManyWaiting(Exception):
    """As many requests wait already as are allowed to."""


class Listener:
    """One request's ear for its keys."""

    def __init__(self, arrivals: "Arrivals") -> None:
        self._arrivals = arrivals
        self._event = asyncio.Event()

    def hear(self) -> None:
        """Note that one of the keys arrived."""
        self._event.set()

    def forget(self) -> None:
        """Forget what was heard; what the caller looks up after this is newer."""
        self._event.clear()

    async def wait(self, seconds: float) -> None:
        """Return when a key has arrived since `forget`, or after `seconds`; raises TooManyWaiting."""
        with self._arrivals.taking_a_seat():
            try:
                async with asyncio.timeout(seconds):
                    await self._event.wait()
            except TimeoutError:
                return


class Arrivals:
    """Who waits for what in this process, at most `seats` at a time."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._listeners: dict[Key, set[Listener]] = {}
        self.waiting = 0
        self.own_partitions: frozenset[int] = frozenset()

    @contextmanager
    def listen(self, keys: Collection[Key]) -> Iterator[Listener]:
        """Let the block hear of any of the keys."""
        listener = Listener(self)
        for key in keys:
            self._listeners.setdefault(key, set()).add(listener)
        try:
            yield listener
        finally:
            for key in keys:
                self._leave(key, listener)

    def announce(self, keys: Iterable[Key]) -> None:
        """Wake whoever listens to one of the keys; call it after the data can be read."""
        if self._listeners:
            for key in keys:
                for listener in self._listeners.get(key, ()):
                    listener.hear()

    @contextmanager
    def taking_a_seat(self) -> Iterator[None]:
        """Count a waiting request; raises TooManyWaiting where no seat is left."""
        if self.waiting >= self._seats:
            raise TooManyWaiting
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    def _leave(self, key: Key, listener: Listener) -> None:
        listeners = self._listeners[key]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[key]

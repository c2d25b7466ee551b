"""The streams of this process, and how many there may be."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from query_service.domain.matching import Interest
from query_service.live.changes import ChangeLog
from query_service.live.feed import LiveFeed
from query_service.live.subscription import Subscription


class TooManyStreams(Exception):
    """As many clients listen already as are allowed to."""


class ChangesOf(Protocol):
    """Where the changes of a generation are read."""

    def __call__(self, generation: int, *, with_words: bool) -> ChangeLog:
        """Return them, with the words of the tickets or without."""
        ...


class Streams:
    """Changes of the generation that serves, for at most `limit` listeners.

    The words of a ticket may be many times as large as all else that is told of it. So whoever asks for some is told
    from a reading of its own, which begins when somebody does: the others are as quick as if nobody searched.
    """

    def __init__(self, serving: Callable[[], int], changes_of: ChangesOf, limit: int) -> None:
        """Take what says which generation serves, 0 for none."""
        self._plain = LiveFeed(serving, lambda number: changes_of(number, with_words=False))
        self._searching = LiveFeed(serving, lambda number: changes_of(number, with_words=True))
        self._limit = limit
        self._coming = 0

    @property
    def listeners(self) -> int:
        """How many clients listen."""
        return self._plain.listeners + self._searching.listeners

    async def subscribe(self, wanted: Interest, last_event: tuple[int, str] | None) -> Subscription:
        """Return a new listener as `LiveFeed` does; raises TooManyStreams as well."""
        if self.listeners + self._coming >= self._limit:
            raise TooManyStreams
        self._coming += 1
        try:
            return await self._feed_of(wanted).subscribe(wanted, last_event)
        finally:
            self._coming -= 1

    def heartbeat(self, wanted: Interest) -> bytes:
        """Return a sign of life for a listener for whom nothing waits."""
        return self._feed_of(wanted).heartbeat()

    def stop(self) -> None:
        """End all streams and begin none: the process is about to end."""
        self._plain.stop()
        self._searching.stop()

    async def run(self) -> None:
        """Read changes while anybody listens, for ever."""
        async with asyncio.TaskGroup() as readings:
            readings.create_task(self._plain.run())
            readings.create_task(self._searching.run())

    def _feed_of(self, wanted: Interest) -> LiveFeed:
        return self._searching if wanted.words else self._plain

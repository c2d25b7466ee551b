"""What waits to be sent to one listener: bounded, so that a slow one holds up nobody and nothing grows."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from query_service.live.events import Ending, end, shows

ROOM_BYTES = 256 * 1024
"""Bytes that may wait for one listener, beside what it was sent for at the start."""

CHUNK_BYTES = 64 * 1024


class Subscription:
    """The events of one listener, in order. Bytes are shared among all; only references are its own."""

    def __init__(self, first: Iterable[bytes], leave: Callable[["Subscription"], None]) -> None:
        """Take the events to begin with; `leave` is called when the listener goes."""
        self._waiting = deque(first)
        self._bytes = sum(map(len, self._waiting))
        self._room = ROOM_BYTES + self._bytes
        self._leave = leave
        self._stir = asyncio.Event()
        self._ended = False

    def offer(self, event: bytes) -> None:
        """Let an event wait to be sent; where there is no room for it, nothing more will be sent but the end."""
        if self._bytes + len(event) > self._room:
            self.end(Ending.SLOW)
        elif not self._ended:
            self._put(event)

    def withdraw(self, ticket_id: str) -> None:
        """Send nothing any more of what stood in a ticket; that it left may be told."""
        self._waiting = deque(event for event in self._waiting if not shows(event, ticket_id))
        self._bytes = sum(map(len, self._waiting))

    def end(self, ending: Ending) -> None:
        """Let the stream end, with what waits unsent but for a last event."""
        if not self._ended:
            self._ended = True
            self._waiting.clear()
            self._bytes = 0
            self._put(end(ending))

    async def take(self, seconds: float) -> bytes | None:
        """Return what waits, up to about CHUNK_BYTES; nothing after `seconds` without any; None at the end."""
        if not self._waiting:
            if self._ended:
                return None
            self._stir.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._stir.wait()
            except TimeoutError:
                if not self._waiting:  # an event may have come in the very turn in which the time was up
                    return b""
        chunk, size = [], 0
        while self._waiting and size < CHUNK_BYTES:
            chunk.append(self._waiting.popleft())
            size += len(chunk[-1])
        self._bytes -= size
        return b"".join(chunk)

    def close(self) -> None:
        """Forget the listener: it has gone."""
        self._leave(self)

    def _put(self, event: bytes) -> None:
        self._waiting.append(event)
        self._bytes += len(event)
        self._stir.set()

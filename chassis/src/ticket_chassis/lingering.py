"""A transport that does not tear an answer down with the connection.

Closing a socket while unread bytes lie in it resets the connection, and the reset overtakes the answer: a client that
is still sending never sees why it was refused (RFC 9112 section 9.6). So the writing side is closed first, and what
still comes is read and thrown away for a moment.
"""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_SECONDS = 2.0


class LingeringTransport(asyncio.Transport):
    """Wraps a server's transport; `unread` says whether the client has more to send of its request."""

    def __init__(self, transport: asyncio.Transport, unread: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._unread = unread
        self._closing = False
        self._timer: asyncio.TimerHandle | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes; those behind a close go nowhere."""
        if not self._closing:
            self._transport.write(data)

    def close(self) -> None:
        """Close once the client has seen what was written, after 2 s at the latest."""
        if self._closing:
            return
        self._closing = True
        if self._transport.is_closing() or not self._unread():
            self._transport.close()
            return
        self._transport.write_eof()
        self._transport.resume_reading()
        self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.abort)

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        self._closing = True
        self._transport.abort()

    def lost(self) -> None:
        """Forget the connection: it is gone."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()

    def is_closing(self) -> bool:
        """Return whether a close has begun."""
        return self._closing or self._transport.is_closing()

    def pause_reading(self) -> None:
        """Take nothing more from the client; not while what it sends is thrown away."""
        if not self._closing:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take from the client again."""
        if not self._closing:
            self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport knows of the socket."""
        return self._transport.get_extra_info(name, default)

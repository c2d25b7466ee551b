"""A transport that sends an answer in one piece, and does not tear it down with the connection.

uvicorn writes head and body one after the other, and uvloop sends each at once: two system calls, two packets, and a
client that is woken twice. So what is written first waits for what is written with it, one turn of the loop at most.

Closing a socket while unread bytes lie in it resets the connection, and the reset overtakes the answer: a client that
is still sending never sees why it was refused (RFC 9112 section 9.6). So the writing side is closed first, and what
still comes is read and thrown away for a moment.
"""

import asyncio
from collections.abc import Callable
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any

LINGER_SECONDS = 2.0


class LingeringTransport(asyncio.Transport):
    """Wraps a server's transport; `unread` says whether the client has more to send of its request."""

    def __init__(self, transport: asyncio.Transport, unread: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._unread = unread
        self._closing = False
        self._first: bytes | bytearray | memoryview | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes, with the next ones if they come at once; those behind a close go nowhere."""
        if self._closing:
            return
        if not data:
            self._send()  # an answer without a body ends like this
        elif self._first is None:
            self._first = data
            self._loop.call_soon(self._send)
        else:
            first, self._first = self._first, None
            self._transport.writelines([first, data])

    def close(self) -> None:
        """Close once the client has seen what was written, after 2 s at the latest."""
        if self._closing:
            return
        self._send()
        self._closing = True
        if self._transport.is_closing() or not self._unread():
            self._transport.close()
            return
        self._transport.write_eof()
        self._transport.resume_reading()
        self._timer = self._loop.call_later(LINGER_SECONDS, self._transport.abort)

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        self._closing, self._first = True, None
        self._transport.abort()

    def reset(self) -> None:
        """Close at once, so that the client hears of an error and not of the end of what it reads."""
        if not self._transport.is_closing():
            self.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.abort()

    def lost(self) -> None:
        """Forget the connection: it is gone."""
        self._closing, self._first = True, None
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

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait for the client to read."""
        return self._transport.get_write_buffer_size() + len(self._first or b"")

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport knows of the socket."""
        return self._transport.get_extra_info(name, default)

    def _send(self) -> None:
        if self._first is not None:
            first, self._first = self._first, None
            self._transport.write(first)

"""One request after the other on a connection that stays, with the headers of each answer: for writers and probes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from devstack.ports import HOST

_LIMIT_S = 15.0


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Unanswered(Exception):
    """A request was not answered in time, or the server hung up."""


class Exchange:
    """A connection to a port of this machine; a request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def connect(self) -> None:
        """Connect, anew where a connection was there."""
        self.reader, self._writer = await asyncio.open_connection(HOST, self._port, limit=2**20)

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return its answer; raises Unanswered after 15 s, or when the server hangs up."""
        try:
            async with asyncio.timeout(_LIMIT_S):
                if self._writer.is_closing():
                    await self.connect()
                head = await self.begin(request)
                length = int(head.headers.get("content-length", "0"))
                return Answer(head.status, head.headers, await self.reader.readexactly(length) if length else b"")
        except (OSError, EOFError) as error:
            self.close()  # what it still says would be taken for the answer to the next request
            raise Unanswered(type(error).__name__) from error

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def begin(self, request: bytes) -> Answer:
        """Send a request and return the head of its answer; the body is the reader's."""
        self._writer.write(request)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        return Answer(int(lines[0][9:12]), {name.lower(): value.strip() for name, _, value in pairs}, b"")


@asynccontextmanager
async def exchange(port: int) -> AsyncIterator[Exchange]:
    """Yield a connection to a port of this machine."""
    opened = Exchange(port)
    await opened.connect()
    try:
        yield opened
    finally:
        opened.close()

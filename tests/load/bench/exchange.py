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


class Exchange:
    """A connection; a request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return its answer; raises TimeoutError after 15 s."""
        async with asyncio.timeout(_LIMIT_S):
            head = await self.begin(request)
            length = int(head.headers.get("content-length", "0"))
            return Answer(head.status, head.headers, await self.reader.readexactly(length) if length else b"")

    async def begin(self, request: bytes) -> Answer:
        """Send a request and return the head of its answer; the body is the reader's."""
        self._writer.write(request)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        return Answer(int(lines[0][9:12]), {name.lower(): value.strip() for name, _, value in pairs}, b"")


@asynccontextmanager
async def exchange(port: int) -> AsyncIterator[Exchange]:
    """Yield a connection to a port of this machine."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**20)
    try:
        yield Exchange(reader, writer)
    finally:
        writer.close()

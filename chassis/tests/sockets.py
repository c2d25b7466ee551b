"""A server of the chassis on a real socket, and clients that say byte by byte what they like."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from chassis.tests.waiting import DEADLINE, until
from ticket_chassis.connection import GuardedProtocol


class Caller:
    """One connection; reading ends at a deadline of 30 s."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        """Send bytes, or keep them for later if the other side does not read."""
        self.writer.write(data)

    async def answer(self) -> bytes:
        """Return the next answer, head and body."""
        async with asyncio.timeout(DEADLINE):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            return head + await self._reader.readexactly(length)

    async def some(self) -> bytes:
        """Return what has come, 64 KiB at most; nothing at the end."""
        async with asyncio.timeout(DEADLINE):
            return await self._reader.read(65536)

    async def to_the_end(self) -> bytes:
        """Return what comes until the other side closes; raises ConnectionResetError where it resets."""
        async with asyncio.timeout(DEADLINE):
            return await self._reader.read()

    async def rest(self) -> bytes:
        """Return what comes until the other side closes; a reset ends it too."""
        received = b""
        async with asyncio.timeout(DEADLINE):
            try:
                while chunk := await self._reader.read(65536):
                    received += chunk
            except ConnectionResetError:
                pass
        return received


class Served:
    """A running server."""

    def __init__(self, server: uvicorn.Server) -> None:
        self.server = server
        self.port: int = server.servers[0].sockets[0].getsockname()[1]

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Caller]:
        """Yield a new connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Caller(reader, writer)
        finally:
            writer.transport.abort()


@asynccontextmanager
async def serving(app: ASGIApp, max_connections: int | None = None) -> AsyncIterator[Served]:
    """Serve the app in this process, as `ticket_chassis.server` does."""
    config = uvicorn.Config(
        app, port=0, http=GuardedProtocol, ws="none", log_config=None, limit_concurrency=max_connections
    )
    server = uvicorn.Server(config)
    # The signals of this process are pytest's.
    running = asyncio.create_task(server._serve())
    try:
        await until(lambda: server.started)
        yield Served(server)
    finally:
        server.should_exit = True
        await running

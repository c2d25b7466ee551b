"""Writes at a steady rate whose fate is followed: who reads his own write, and how long that takes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.load.bench.exchange import Answer, Exchange, Unanswered, exchange
from tests.load.bench.requests import get, new_tickets, post

_DISTINCT = 500
_REPLY = {"author": "agent", "message": "Somebody is on the way"}
_WRITTEN = (200, 201)
TOKEN = "consistency-token"


@dataclass
class OwnReads:
    """Seconds from when a write was due until its writer had read it, and of the read alone; and what went wrong.

    `stale` counts answers older than the write, `behind` reads that were refused after 10 s or never answered,
    `refused` writes of which one or the other is true.
    """

    whole: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    stale: int = 0
    behind: int = 0
    refused: int = 0

    @property
    def failed(self) -> int:
        """All that went wrong."""
        return self.stale + self.behind + self.refused


@dataclass
class Writer:
    """Who creates a ticket and then answers it, in turn: with a token for the second, what was kept would be stale."""

    to_command: Exchange
    to_query: Exchange
    ticket: str | None = None

    async def write(self, new: bytes) -> Answer | None:
        """Send `new`, or a reply to the ticket created before; return the answer, None where there is none."""
        ticket, self.ticket = self.ticket, None
        answer = await _answer(self.to_command, new if ticket is None else post(f"/tickets/{ticket}/replies", _REPLY))
        if answer is None or answer.status not in _WRITTEN:
            return None
        if ticket is None:
            self.ticket = json.loads(answer.body)["id"]
        return answer


@asynccontextmanager
async def writers_at(command: int, query: int, count: int) -> AsyncIterator[list[Writer]]:
    """Yield so many writers with connections to the port of commands and to that of queries."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        yield [Writer(await enter(exchange(command)), await enter(exchange(query))) for _ in range(count)]


async def at_rate(per_s: float, seconds: float, act: Callable[[int, float], Awaitable[None]]) -> None:
    """Call `act` with its number and when it was due, so often a second, whatever became of those before."""
    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(per_s * seconds)):
            due = started + number / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(_call(act, number, due))


async def _call(act: Callable[[int, float], Awaitable[None]], number: int, due: float) -> None:
    await act(number, due)


async def read_own_writes(command: int, query: int, per_s: float, seconds: float, connections: int = 32) -> OwnReads:
    """Create tickets, and answer them, at a rate; read each at once with the token of what was written."""
    found, bodies = OwnReads(), new_tickets(_DISTINCT, seed=11)
    async with writers_at(command, query, connections) as writers:
        free: asyncio.Queue[Writer] = asyncio.Queue()
        for writer in writers:
            free.put_nowait(writer)

        async def write_and_read(number: int, due: float) -> None:
            writer = await free.get()
            try:
                await _write_and_read(writer, bodies[number % _DISTINCT], due, found)
            finally:
                free.put_nowait(writer)

        await at_rate(per_s, seconds, write_and_read)
    return found


async def _answer(connection: Exchange, request: bytes) -> Answer | None:
    try:
        return await connection.ask(request)
    except Unanswered:
        return None


async def _write_and_read(writer: Writer, new: bytes, due: float, found: OwnReads) -> None:
    written = await writer.write(new)
    if written is None:
        found.refused += 1
        return
    ticket, begun = json.loads(written.body), time.perf_counter()
    headers = {TOKEN: written.headers[TOKEN], "prefer": "wait=10"}
    read = await _answer(writer.to_query, get(f"/tickets/{ticket['id']}", headers))
    now = time.perf_counter()
    if read is None or read.status != 200:
        found.behind += 1
        return
    if json.loads(read.body)["version"] < ticket["version"]:
        found.stale += 1
        return
    found.whole.append(now - due)
    found.reads.append(now - begun)

"""How long after a command was due a client of the stream of changes is told of it."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from typing import Any

from tests.load.bench.exchange import Exchange, exchange
from tests.load.bench.goals import GOALS
from tests.load.bench.pipeline import WriteSide
from tests.load.bench.report import Row
from tests.load.bench.requests import get, new_tickets
from tests.load.bench.world import World
from tests.load.bench.writers import at_rate
from tests.load.figures import quantile

P50_FLOORS, P99_FLOORS = 2.5, 8.0
PER_S = 200.0
_CONNECTIONS, _DISTINCT = 64, 500
_PATIENCE_S = 10.0
"""How long the last changes are waited for."""


async def live(world: World, side: WriteSide, floor_ms: float) -> Row:
    """Measure one client that is told of every change."""
    async with exchange(world.usual.service.port) as stream:
        head = await stream.begin(get("/stream", {"accept": "text/event-stream"}))
        if head.status != 200:
            return Row.missing("live", "there is no GET /stream")
        told: dict[str, float] = {}
        listening = asyncio.create_task(_listen(stream, told))
        due = await _create(side.command.port, world.size.slow_s)
        await _all_told(due, told)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    delays = [told[ticket] - since for ticket, since in due.items() if ticket in told]
    assert delays, "the stream told nothing"
    p50, p99 = (quantile(delays, share) * 1000 for share in (0.5, 0.99))
    missed = len(due) - len(delays)
    return Row(
        "live", p50, None, None, p50 / floor_ms, *GOALS["live"],
        met=p50 <= P50_FLOORS * floor_ms and p99 <= P99_FLOORS * floor_ms and not missed,
        details={
            "floor_ms": floor_ms,
            "p99_ms": p99,
            "p99_over_floor": p99 / floor_ms,
            "missed": missed,
            "told": len(delays),
        },
    )  # fmt: skip


async def _create(port: int, seconds: float) -> dict[str, float]:
    """Create tickets at the rate; return when each was due."""
    bodies, created = new_tickets(_DISTINCT, seed=51), dict[str, float]()
    async with AsyncExitStack() as stack:
        free: asyncio.Queue[Exchange] = asyncio.Queue()
        for _ in range(_CONNECTIONS):
            free.put_nowait(await stack.enter_async_context(exchange(port)))

        async def create(number: int, due: float) -> None:
            connection = await free.get()
            answer = await connection.ask(bodies[number % _DISTINCT])
            free.put_nowait(connection)
            assert answer.status == 201, f"POST /tickets: {answer.status}"
            created[json.loads(answer.body)["id"]] = due

        await at_rate(PER_S, seconds, create)
    return created


async def _listen(stream: Exchange, told: dict[str, float]) -> None:
    """Note when each ticket was told of first."""
    while line := await stream.reader.readline():
        if line.startswith(b"data:"):
            now, ticket = time.perf_counter(), _ticket(json.loads(line[5:]))
            if ticket is not None:
                told.setdefault(ticket, now)


def _ticket(data: Any) -> str | None:
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


async def _all_told(due: dict[str, float], told: dict[str, float]) -> None:
    """Return once all are told of, or after a while."""
    end = time.perf_counter() + _PATIENCE_S
    while not due.keys() <= told.keys() and time.perf_counter() < end:  # noqa: ASYNC110 - it is in another process
        await asyncio.sleep(0.05)

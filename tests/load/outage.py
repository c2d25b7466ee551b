"""`make bench-outage`: Kafka away for a minute while 100 commands come every second.

On a stack of its own. Latency counts from when a command was due, so that a service that stalls is not spared.
"""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import httpx2

from devstack.project import KAFKA
from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.chaos.history import History
from tests.chaos.probe import Probe
from tests.load.ending import ended_in_order
from tests.load.figures import Figure, quantile, say, tell
from tests.support.stack import Stack, fresh_stack

PER_S = 100
WARM_UP_S, BEFORE_S, OUTAGE_S = 10.0, 60.0, 60.0
CATCH_UP_S = 20.0
TIMES_SLOWER = 2.0
_LIMIT_S = 15.0
_AT_ONCE = 200


@dataclass
class Load:
    """Commands at a steady rate, each a new ticket."""

    http: httpx2.AsyncClient
    latencies: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    async def go(self, seconds: float) -> None:
        """Send PER_S commands each second for so long; return when all are answered."""
        self.latencies, started = [], time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(seconds * PER_S)):
                due = started + number / PER_S
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                tasks.create_task(self._send(number, due))

    async def _send(self, number: int, due: float) -> None:
        body = {"customer_id": f"outage-{number % 50}", "subject": "Printer", "message": "It is on fire"}
        key = {"idempotency-key": str(uuid.uuid4())}
        try:
            answer = await self.http.post("/tickets", json=body, headers=key)
        except httpx2.TransportError as error:
            self.refused[type(error).__name__] += 1
            return
        if not answer.is_success:
            self.refused[str(answer.status_code)] += 1
        self.latencies.append(time.monotonic() - due)


async def measure(stack: Stack) -> list[Figure]:
    """Return how much slower commands were without Kafka, and how long the read side then took to catch up."""
    limits = httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    url = stack.urls["command-service"]
    async with httpx2.AsyncClient(base_url=url, timeout=_LIMIT_S, limits=limits) as http:
        load = Load(http)
        await load.go(WARM_UP_S)
        await load.go(BEFORE_S)
        before = quantile(load.latencies, 0.99)
        await stack.stop(KAFKA)
        await load.go(OUTAGE_S)
        without = quantile(load.latencies, 0.99)
        caught_up = await _back(stack, load)
    say(f"{PER_S} commands/s; p99 {before * 1000:.1f} ms with Kafka, {without * 1000:.1f} ms without")
    return [
        Figure("commands not accepted", sum(load.refused.values()), 0, "commands"),
        Figure("p99 without Kafka", without * 1000, before * 1000 * TIMES_SLOWER, "ms"),
        Figure("caught up after Kafka is healthy", caught_up, CATCH_UP_S),
    ]


async def _back(stack: Stack, load: Load) -> float:
    """Start Kafka under load; returns the seconds from when it answers to when the dashboard has all until then."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(load.go(2 * CATCH_UP_S))
        await stack.start(KAFKA)
        return await Probe(stack.urls, "outage", History()).caught_up()


def main() -> int:
    """Run the command line."""
    with ended_in_order(), fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        return tell(asyncio.run(measure(stack)))


if __name__ == "__main__":
    raise SystemExit(main())

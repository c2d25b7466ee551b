"""`make bench-rebuild-beside`: reads and commands while a rebuild runs at a limited rate and takes over.

On a stack of its own: 20 reads and 20 commands a second, for a while without a rebuild, then from its start until the
query service has gone over. Latency counts from when a request was due.
"""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx2
from pydantic import SecretStr

from devstack.selection import SERVER_IMAGES, chosen_kind
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.start import start
from projector_service.rebuild.status import status
from projector_service.rebuild.workbench import Workbench, workbench
from projector_service.settings import Settings
from tests.load.ending import ended_in_order
from tests.load.figures import Figure, quantile, say, tell
from tests.support.stack import Stack, fresh_stack

PER_S = 20
RATE = 200
"""Events a second, of the rebuild. The p99 of reads was 1.7 times that of before, on two cores; at 500 2.9 times."""
TICKETS, BATCH = 10_000, 250
ALONE_S, SETTLE_S, LIMIT_S = 60.0, 10.0, 300.0
TIMES_SLOWER = 2.0
PATHS = ("/tickets?limit=20", "/tickets/{ticket}", "/tickets/{ticket}/timeline", "/dashboard")


@dataclass
class Traffic:
    """Reads along the tokens of the commands that go with them."""

    command: httpx2.AsyncClient
    query: httpx2.AsyncClient
    latencies: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    _last: tuple[str, str] | None = None

    async def go(self, until: Callable[[], bool]) -> list[float]:
        """Send PER_S of both each second; return how long each read took, in seconds."""
        self.latencies, started, number = [], time.monotonic(), 0
        async with asyncio.TaskGroup() as tasks:
            while not until():
                due = started + number / PER_S
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                tasks.create_task(self._checked("command", self._write()))
                tasks.create_task(self._checked("read", self._read(number, due)))
                number += 1
        return self.latencies

    async def _write(self) -> httpx2.Response:
        body = {"customer_id": "beside", "subject": "Printer", "message": "It is on fire"}
        answer = await self.command.post("/tickets", json=body, headers={"idempotency-key": str(uuid.uuid4())})
        if answer.is_success:
            self._last = answer.json()["id"], answer.headers["consistency-token"]
        return answer

    async def _read(self, number: int, due: float) -> httpx2.Response:
        ticket, token = self._last or (str(uuid.uuid4()), None)
        path = PATHS[number % len(PATHS)] if token else PATHS[0]
        headers = {"consistency-token": token} if token else {}
        answer = await self.query.get(path.format(ticket=ticket), headers=headers)
        self.latencies.append(time.monotonic() - due)
        return answer

    async def _checked(self, kind: str, request: Awaitable[httpx2.Response]) -> None:
        try:
            answer = await request
        except httpx2.TransportError as error:
            self.failed[f"{kind} {type(error).__name__}"] += 1
        else:
            if not answer.is_success:
                self.failed[f"{kind} {answer.status_code} {answer.json().get('code')}"] += 1


async def measure(stack: Stack) -> list[Figure]:
    """Return how much slower reads were beside a rebuild, and what failed."""
    settings = Settings(
        mongo_uri=SecretStr(stack.mongo_uri("projector")),
        mongo_database="tickets_projector",
        kafka_bootstrap_servers=stack.kafka,
    )
    async with (
        httpx2.AsyncClient(base_url=stack.urls["command-service"], timeout=30) as command,
        httpx2.AsyncClient(base_url=stack.urls["query-service"], timeout=30) as query,
        workbench(settings) as bench,
    ):
        await _level(query, await _fill(command))
        traffic = Traffic(command, query)
        await traffic.go(_after(SETTLE_S))
        alone = quantile(await traffic.go(_after(ALONE_S)), 0.99)
        say(f"without a rebuild, failed: {dict(traffic.failed)}")
        rebuild = asyncio.create_task(_rebuild(bench, query))
        beside = quantile(await traffic.go(rebuild.done), 0.99)
        await rebuild
    say(f"p99 of reads {alone * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside a rebuild")
    say(f"in all, failed: {dict(traffic.failed)}")
    return [
        Figure("requests failed", sum(traffic.failed.values()), 0, "requests"),
        Figure("p99 of reads beside a rebuild", beside * 1000, alone * 1000 * TIMES_SLOWER, "ms"),
    ]


async def _fill(command: httpx2.AsyncClient) -> str:
    """Create the tickets; returns the token of the last one."""
    data = {"customer_id": "filled", "subject": "Printer", "message": "It is on fire"}
    for _ in range(TICKETS // BATCH):
        commands = [
            {"type": "CreateTicket", "ticket_id": str(uuid.uuid4()), "key": str(uuid.uuid4()), "data": data}
            for _ in range(BATCH)
        ]
        answer = (await command.post("/commands", json={"commands": commands})).raise_for_status()
    last: str = answer.json()["outcomes"][-1]["token"]
    return last


async def _level(query: httpx2.AsyncClient, token: str) -> None:
    """Return once the read side has come to the token: the measurement is not about what is behind before it."""
    async with asyncio.timeout(LIMIT_S):
        while not (await query.get(PATHS[0], headers={"consistency-token": token})).is_success:  # noqa: ASYNC110 - elsewhere
            await asyncio.sleep(1)


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


async def _rebuild(bench: Workbench, query: httpx2.AsyncClient) -> None:
    """Rebuild at RATE, cut over, and return when the query service serves the new generation."""
    async with asyncio.timeout(LIMIT_S):
        number = (await start(bench, RATE, 1, 1)).number
        while (await status(bench)).left > PER_S:
            pass
        done = await cut_over(bench, [])
        assert done is not None
        assert not done.differences.counts, done.differences.first
        while not await _serves(query, number):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.2)


async def _serves(query: httpx2.AsyncClient, number: int) -> bool:
    told: str = (await query.get("/readyz")).json()["details"]["generation"]
    return told.partition(",")[0] == str(number)


def main() -> int:
    """Measure on a stack that lives as long as this; returns 0 when the goals are met."""
    with ended_in_order(), fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        return tell(asyncio.run(measure(stack)))


if __name__ == "__main__":
    raise SystemExit(main())

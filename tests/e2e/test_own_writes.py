"""Whoever wrote a thing reads it, at once: 1,000 single writes at 50/s, each followed by reads with its token."""

import asyncio
import statistics
import sys
import time
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import Clients

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

WRITES = 1_000
RATE = 50.0
CUSTOMERS = 100
RUN = uuid.uuid4().hex[:8]


async def test_each_of_a_thousand_writes_is_in_the_reads_that_follow(
    clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.perf_counter()
    tasks: list[asyncio.Task[dict[str, float]]] = []
    async with asyncio.TaskGroup() as group:
        for number in range(WRITES):
            await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))  # the rate, not a wait
            tasks.append(group.create_task(_write_and_read(clients, number)))
    took = [task.result() for task in tasks]
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(_line(what, [t[what] * 1000 for t in took]) for what in took[0]))


def _line(what: str, values: list[float]) -> str:
    p50, p99 = statistics.median(values), sorted(values)[int(len(values) * 0.99)]
    return f"{what:>22}: p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   ({len(values)} of them)\n"


async def _write_and_read(clients: Clients, number: int) -> dict[str, float]:
    start = time.perf_counter()
    mark = f"own-{RUN}-{number}"
    body = {
        "customer_id": f"own-{RUN}-{number % CUSTOMERS}",
        "external_id": mark,
        "subject": "Own write",
        "message": "read it back",
    }
    made = await clients.command.post("/tickets", json=body)
    assert made.status_code == 201, made.text
    written = time.perf_counter()
    ticket, token = made.json()["id"], {"consistency-token": made.headers["consistency-token"]}
    token["prefer"] = "wait=10"  # a busy machine may be slow, but never wrong

    async def read(path: str, **params: Any) -> Any:
        answer = await clients.query.get(path, params=params, headers=token)
        assert (answer.status_code, answer.headers.get("consistency")) == (200, "satisfied"), answer.text
        return answer.json()

    assert (await read(f"/tickets/{ticket}"))["version"] == 1
    readable = time.perf_counter()
    if number % 3 == 0:
        assert [t["id"] for t in await read("/tickets", external_id=mark)] == [ticket]
    elif number % 30 == 1:
        # A group of its own shows that the dashboard counts this very write; it shows 1,000 groups at most.
        moved = await clients.command.post(f"/tickets/{ticket}/assignment", json={"group": mark, "assignee": None})
        token["consistency-token"] = moved.headers["consistency-token"]
        assert mark in [row["group"] for row in (await read("/dashboard"))["by_group"]]
    elif number % 3 == 1:
        assert (await read("/dashboard"))["total"] > 0
    else:
        assert [e["version"] for e in await read(f"/tickets/{ticket}/timeline")] == [1]
    return {
        "write": written - start,
        "write to readable": readable - start,
        "write to second read": time.perf_counter() - start,
    }

"""`make bench-fill`: a query service with an empty database, on the topics of the whole real log.

On a stack of its own: imports the log; then, several times, drops the query database, starts the service again and
measures from then. Medians are told, with their range.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pymongo import AsyncMongoClient

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.chaos.faults.databases import drop_query_database
from tests.load.ending import ended_in_order
from tests.load.figures import Figure, say, tell
from tests.support.stack import Stack, fresh_stack

DATA = Path(__file__).parents[2] / "examples" / "data"
LOG = DATA / "servicenow-incidents.csv.gz"
EXPECTED = DATA / "servicenow-incidents.expected.json"
DOCUMENTS_S = 5.0
"""Within which lists, details and dashboard must be complete."""
TIMELINE_S = 20.0
FILLS = 3
_LIMIT_S = 300.0
_PAUSE_S = 0.1
"""Between two looks, which take their share of the processors that are measured."""


@dataclass(frozen=True)
class Times:
    """When each part was there again, in seconds from the start of the service's container or process."""

    lists: float
    dashboard: float
    timeline: float
    ready: float


async def measure(stack: Stack) -> list[Figure]:
    """Fill the read side, then empty it several times, and return how long each part took to be there again."""
    expected = json.loads(EXPECTED.read_text())
    await _tickets(stack, "import", str(LOG))
    await _tickets(stack, "verify", str(EXPECTED), "--timeout", str(_LIMIT_S))
    say(f"{expected['tickets']} tickets, {expected['events_total']} entries; seconds from the service's start")
    fills = [await _fill_again(stack, expected) for _ in range(FILLS)]
    await _tickets(stack, "verify", str(EXPECTED), "--timeout", str(_LIMIT_S))
    return [
        _figure("lists and details complete", [each.lists for each in fills], DOCUMENTS_S),
        _figure("dashboard complete", [each.dashboard for each in fills], DOCUMENTS_S),
        _figure("timeline complete", [each.timeline for each in fills], TIMELINE_S),
        _figure("ready", [each.ready for each in fills], TIMELINE_S),
    ]


def _figure(what: str, seconds: Sequence[float], goal: float) -> Figure:
    name = f"{what}, median of {len(seconds)} ({min(seconds):.2f} to {max(seconds):.2f})"
    return Figure(name, statistics.median(seconds), goal)


async def _fill_again(stack: Stack, expected: Mapping[str, Any]) -> Times:
    await stack.stop("query-service")
    await asyncio.to_thread(drop_query_database, stack.root_mongo_uri("query"))
    asked, started = datetime.now(UTC), time.monotonic()
    async with asyncio.timeout(_LIMIT_S), asyncio.TaskGroup() as tasks:
        ready = tasks.create_task(_since(started, stack.start("query-service")))
        dashboard = tasks.create_task(_since(started, _counted(stack, expected["tickets"])))
        lists = tasks.create_task(_since(started, _listed(stack, expected["tickets"])))
        entries = tasks.create_task(_since(started, _told(stack, expected["events_total"], lists)))
    began = await asyncio.to_thread(stack.container_started_at, "query-service") or asked
    before = (began - asked).total_seconds()
    say(f"lists {lists.result() - before:.2f} (the service came {before:.1f} s after it was asked for)")
    return Times(*(each.result() - before for each in (lists, dashboard, entries, ready)))


async def _told(stack: Stack, count: int, lists: asyncio.Task[float]) -> None:
    """Return once so many entries are stored; they come behind the lists, and until then nobody is asked for them."""
    await asyncio.wait([lists])
    await _stored(stack, "timeline", count)


async def _since(started: float, what: Any) -> float:
    await what
    return time.monotonic() - started


async def _counted(stack: Stack, count: int) -> None:
    """Return once the dashboard says so many; a service that is not up yet is asked again."""
    async with httpx2.AsyncClient(base_url=stack.urls["query-service"], timeout=_LIMIT_S) as http:
        while await _total(http) != count:  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(_PAUSE_S)


async def _total(http: httpx2.AsyncClient) -> int:
    try:
        answer = await http.get("/dashboard")
    except httpx2.TransportError:
        return -1
    return int(answer.json()["total"]) if answer.is_success else -1


async def _listed(stack: Stack, count: int) -> None:
    """Return once all tickets are stored, and then the list and one of its tickets are served."""
    await _stored(stack, "tickets", count)
    async with httpx2.AsyncClient(base_url=stack.urls["query-service"], timeout=_LIMIT_S) as http:
        while not (page := await http.get("/tickets?limit=1")).is_success:  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(_PAUSE_S)
        (await http.get(f"/tickets/{page.json()[0]['id']}")).raise_for_status()


async def _stored(stack: Stack, collection: str, count: int) -> None:
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri("query")) as client:
        documents = client.get_default_database()[collection]
        while await documents.estimated_document_count() < count:  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(_PAUSE_S)


async def _tickets(stack: Stack, *arguments: str) -> None:
    """Run the command line against the stack; raises RuntimeError when it fails."""
    urls = {"TICKETS_COMMAND_URL": stack.urls["command-service"], "TICKETS_QUERY_URL": stack.urls["query-service"]}
    program = Path(sys.executable).with_name("tickets")
    process = await asyncio.create_subprocess_exec(program, *arguments, env=os.environ | urls)
    if await process.wait():
        raise RuntimeError(f"tickets {arguments[0]} failed")


def main() -> int:
    """Run the command line."""
    with ended_in_order(), fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        return tell(asyncio.run(measure(stack)))


if __name__ == "__main__":
    raise SystemExit(main())

"""`make bench-fill`: a query service with an empty database, on the topics of the whole real log.

On a stack of its own: imports the log, drops the query database, starts the service again and measures from then.
"""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pymongo import AsyncMongoClient

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.chaos.faults.databases import drop_query_database
from tests.load.figures import Figure, say, tell
from tests.support.stack import Stack, fresh_stack

DATA = Path(__file__).parents[2] / "examples" / "data"
LOG = DATA / "servicenow-incidents.csv.gz"
EXPECTED = DATA / "servicenow-incidents.expected.json"
DOCUMENTS_S = 5.0
"""Within which lists, details and dashboard must be complete."""
TIMELINE_S = 20.0
_LIMIT_S = 300.0
_PAUSE_S = 0.05


async def measure(stack: Stack) -> list[Figure]:
    """Fill the read side, empty it, and return how long each part took to be there again."""
    expected = json.loads(EXPECTED.read_text())
    await _tickets(stack, "import", str(LOG))
    await _tickets(stack, "verify", str(EXPECTED), "--timeout", str(_LIMIT_S))
    await stack.stop("query-service")
    await asyncio.to_thread(drop_query_database, stack.root_mongo_uri("query"))
    asked, started = datetime.now(UTC), time.monotonic()
    async with asyncio.timeout(_LIMIT_S), asyncio.TaskGroup() as tasks:
        ready = tasks.create_task(_since(started, stack.start("query-service")))
        dashboard = tasks.create_task(_since(started, _counted(stack, expected["tickets"])))
        lists = tasks.create_task(_since(started, _listed(stack, expected["tickets"])))
        entries = tasks.create_task(_since(started, _stored(stack, "timeline", expected["events_total"])))
    await _tickets(stack, "verify", str(EXPECTED), "--timeout", str(_LIMIT_S))
    began = await asyncio.to_thread(stack.container_started_at, "query-service") or asked
    before = (began - asked).total_seconds()
    say(f"{expected['tickets']} tickets, {expected['events_total']} entries; seconds from the service's start")
    say(f"(which came {before:.1f} s after it was asked for)")
    return [
        Figure("lists and details complete", lists.result() - before, DOCUMENTS_S),
        Figure("dashboard complete", dashboard.result() - before, DOCUMENTS_S),
        Figure("timeline complete", entries.result() - before, TIMELINE_S),
        Figure("ready", ready.result() - before, TIMELINE_S),
    ]


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
    with fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        return tell(asyncio.run(measure(stack)))


if __name__ == "__main__":
    raise SystemExit(main())

"""The whole real log, through every door: HTTP in to query database, into empty databases, and what CPU that took."""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from tests.load.bench.pipeline import WriteSide, write_side
from tests.load.bench.processes import Server, serving, wait_for
from tests.load.bench.report import Row
from tests.load.bench.servers import Servers
from tests.load.bench.size import EXPECTED, EXPECTED_QUICK, Size
from tests.load.bench.usage import usage
from tests.load.incident_log import INCIDENTS
from tests.load.servers import service_environment
from tests.support.topics import create_topics

LIMIT_S = 60.0
_GIVE_UP_S = 600.0
_START_S = 180.0
_POLL_S = 0.1
_NAME = "pipeline"


async def pipeline(servers: Servers, size: Size) -> Row:
    """Import the log as anybody would, and measure until the query database has all of it."""
    whole = json.loads(EXPECTED.read_text())["events_total"]
    expected = EXPECTED if size.log_until is None else EXPECTED_QUICK
    content = json.loads(expected.read_text())
    events, tickets = content["events_total"], content["tickets"]
    prefix, database = f"{_NAME}.", f"tickets_query_{_NAME}"
    await asyncio.to_thread(create_topics, servers.kafka, prefix)
    environment = service_environment(servers.kafka, prefix, servers.query, database)
    environment.pop("PORT")
    async with serving("query_service", **environment) as query, write_side(servers, prefix, _NAME) as side:
        await wait_for(query, "/readyz", _START_S)
        before, began = _cpu(servers, query, side), time.monotonic()
        await _tickets(query, side, "import", str(INCIDENTS), *_until(size))
        sent = time.monotonic() - began
        await _complete(servers.query, database, tickets, events)
        took = time.monotonic() - began
        cpu = {name: used - before[name] for name, used in _cpu(servers, query, side).items()}
        await _tickets(query, side, "verify", str(expected), "--timeout", str(_GIVE_UP_S))
    limit = LIMIT_S * events / whole
    spent = sum(cpu.values())
    return Row(
        "pipeline", took, None, None, took / spent, "s",
        f"at most {limit:.1f} s for {events} events, {LIMIT_S:g} s for the whole log",
        met=took <= limit,
        details={
            "limit_s": limit,
            "events": events,
            "events_per_s": events / took,
            "accepted_s": sent,
            "cpu_s": spent,
            "cpu_s_of": cpu,
        },
    )  # fmt: skip


def _until(size: Size) -> list[str]:
    return [] if size.log_until is None else ["--until", "2016-04-01T00:00:00Z"]


async def _complete(uri: str, database: str, tickets: int, entries: int) -> None:
    """Return once the query database has so many tickets and timeline entries."""
    async with asyncio.timeout(_GIVE_UP_S), AsyncMongoClient[dict[str, Any]](uri) as client:
        for collection, wanted in (("tickets", tickets), ("timeline", entries)):
            documents = client[database][collection]
            while await documents.estimated_document_count() < wanted:  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(_POLL_S)


async def _tickets(query: Server, side: WriteSide, *arguments: str) -> None:
    """Run the command line; raises RuntimeError when it fails."""
    urls = {"TICKETS_COMMAND_URL": side.command.url, "TICKETS_QUERY_URL": query.url}
    program = Path(sys.executable).with_name("tickets")
    process = await asyncio.create_subprocess_exec(
        program, *arguments, env=os.environ | urls, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"tickets {arguments[0]} failed")


def _cpu(servers: Servers, query: Server, side: WriteSide) -> dict[str, float]:
    """Return the seconds of CPU used so far, by part. Clients count once they have ended."""
    client = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = {name: each.cpu_s for name, each in usage(servers, side.services(query)).items()}
    return used | {"client": client.ru_utime + client.ru_stime}

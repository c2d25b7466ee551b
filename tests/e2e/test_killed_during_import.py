"""kill -9 of every process while a real log is imported: the same digest, counters and histories come out."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.project import COMPONENTS, database
from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.support.stack import Stack, fresh_stack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

DATA = Path(__file__).parents[2] / "examples" / "data"
LOG = DATA / "servicenow-incidents.csv.gz"
EXPECTED = DATA / "servicenow-incidents.expected.json"
EVENTS = json.loads(EXPECTED.read_text())["events_total"]
PATIENCE = 400


@pytest.fixture
def victim() -> Iterator[Stack]:
    """Yield a stack of its own, for nothing else must be counted."""
    with fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        yield stack


async def test_every_process_killed_once_changes_nothing(victim: Stack) -> None:
    importing = await _tickets(victim, "import", str(LOG))
    for number, component in enumerate(COMPONENTS, start=1):
        await _stored(victim, EVENTS * number // (len(COMPONENTS) + 1), importing)
        await victim.kill(component)
    assert await asyncio.wait_for(importing.wait(), PATIENCE) == 0, "the import outlives every kill"
    for component in COMPONENTS:
        await victim.ready(component)
    assert await _run(victim, "verify", str(EXPECTED), "--timeout", str(PATIENCE)) == 0
    assert not await asyncio.to_thread(_differences, victim), "histories hold what was stored, once"
    # The same log again: every command is a replay, and not one event more is stored.
    assert await _run(victim, "import", str(LOG)) == 0
    assert await asyncio.to_thread(_events, victim) == EVENTS


async def _stored(stack: Stack, count: int, importing: asyncio.subprocess.Process) -> None:
    """Return once so many events are stored; the database may itself be coming back from a kill."""

    async def enough() -> bool:
        assert importing.returncode is None, "the import was over before every process was killed"
        try:
            return await asyncio.to_thread(_events, stack) >= count
        except PyMongoError:
            return False

    await eventually(enough, f"{count} events are stored", PATIENCE, poll=0.5)


async def _tickets(stack: Stack, *arguments: str) -> asyncio.subprocess.Process:
    command = Path(sys.executable).with_name("tickets")
    urls = {
        "TICKETS_COMMAND_URL": stack.urls["command-service"],
        "TICKETS_QUERY_URL": stack.urls["query-service"],
    }
    return await asyncio.create_subprocess_exec(command, *arguments, env=os.environ | urls)


async def _run(stack: Stack, *arguments: str) -> int:
    process = await _tickets(stack, *arguments)
    return await asyncio.wait_for(process.wait(), PATIENCE)


def _differences(stack: Stack) -> set[tuple[str, int, str]]:
    """Return the events that either side has and the other has not, as (ticket, version, name)."""
    with _database(stack, "command") as client:
        events = client[database("command")].events.find({}, {"ticket_id": 1, "version": 1, "type": 1})
        stored = [(d["ticket_id"], d["version"], d["type"].split(".")[1]) for d in events]
    with _database(stack, "query") as client:
        entries = [json.loads(d["entry"]) | {"id": d["ticket_id"]} for d in client[database("query")].timeline.find()]
        served = [(e["id"], e["version"], e["type"]) for e in entries]
    assert len(set(stored)) == len(stored), "no version is stored twice"
    assert len(set(served)) == len(served), "no entry is served twice"
    return set(stored) ^ set(served)


def _events(stack: Stack) -> int:
    with _database(stack, "command") as client:
        return client[database("command")].events.count_documents({})


def _database(stack: Stack, team: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(stack.mongo_uri(team), timeoutMS=10_000)

"""`python -m tests.load.two_versions [--full]`: the real log, its first half written by the release before v2.

On a stack of its own, in the order that docs/evolving-an-event.md gives: the readers are of today; the command service
is the older one, out of the repository's history, and then today's, which is sent the whole log again. What the older
one accepted it must know by its keys, and what that one wrote it must replay. At the end its store is dropped and
restored from Kafka. As the demo does, it takes the log up to 2016-04-01, or all of it.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from devstack.command import Command
from devstack.launch import module
from devstack.processes import spawn
from devstack.project import service_environment
from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.chaos.collect.topics import read_topic
from tests.independent.releases import releases
from tests.load.ending import ended_in_order
from tests.load.figures import say
from tests.support.stack import Stack, fresh_stack
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.topics import EVENTS

SERVICE = "command-service"
BEFORE_VERSION_2 = "0.1.0"
DATA = Path("examples/data")
LOG = DATA / "servicenow-incidents.csv.gz"
STOP_LIMIT_S = 30.0


@dataclass(frozen=True)
class Job:
    """How much of the log is imported, what must come out, and when about half of its tickets had come."""

    expected: Path
    half: str

    @property
    def until(self) -> list[str]:
        """How the importer is told where the log ends."""
        end = json.loads(self.expected.read_text())["until"]
        return [] if end is None else ["--until", end]


PART = Job(DATA / "servicenow-incidents.until-2016-04-01.expected.json", "2016-03-16T00:00:00Z")
WHOLE = Job(DATA / "servicenow-incidents.expected.json", "2016-04-13T00:00:00Z")


async def run(stack: Stack, older: Path, job: Job) -> None:
    """Import in two halves, restore, and compare all figures each time; raises RuntimeError where one differs."""
    await stack.stop(SERVICE)
    async with older_release(stack, older):
        say(f"contracts {BEFORE_VERSION_2}: importing until {job.half}")
        await tickets(stack, "import", str(LOG), "--until", job.half)
        await tickets(stack, "digest")
    await stack.start(SERVICE)
    say("contracts of today: importing all of it, what is there already by the same keys")
    await tickets(stack, "import", str(LOG), *job.until)
    await tickets(stack, "verify", str(job.expected))
    await tell_versions(stack)
    await stack.stop(SERVICE)
    await drop_store(stack)
    await program(stack, "command", "restore-from-kafka", "--yes")
    await stack.start(SERVICE)
    await tickets(stack, "import", str(LOG), *job.until)
    await tickets(stack, "verify", str(job.expected))


@asynccontextmanager
async def older_release(stack: Stack, directory: Path) -> AsyncIterator[None]:
    """Run the command service of an older checkout in the place of the stack's, for the length of the block."""
    sources = [str(directory / package / "src") for package in ("contracts", "chassis", SERVICE)]
    environment = os.environ | service_environment(stack.project, SERVICE) | {"PYTHONPATH": os.pathsep.join(sources)}
    process = spawn(Command((sys.executable, "-m", module(SERVICE))), environment, directory / "command-service.log")
    try:
        await stack.ready(SERVICE)
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, STOP_LIMIT_S)


async def tell_versions(stack: Stack) -> None:
    """Print how many tickets the log has that were created in each version; raises RuntimeError unless both are."""
    first: dict[str, str] = {}
    for record in await read_topic(stack.kafka, EVENTS):
        envelope = decode_envelope(record.value)
        if ".TicketCreated." in envelope.type:
            first.setdefault(envelope.subject, envelope.type)
    found = Counter(first.values())
    say(", ".join(f"{count:,} tickets created as {version}" for version, count in sorted(found.items())))
    if len(found) < 2:
        raise RuntimeError("the log holds one version only")


async def drop_store(stack: Stack) -> None:
    """Lose all that the command service has."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri("command")) as client:
        database = client.get_default_database()
        for name in await database.list_collection_names():
            await database.drop_collection(name)


async def tickets(stack: Stack, *arguments: str) -> None:
    """Run the client's command line against the stack; raises RuntimeError when it fails."""
    urls = stack.urls
    where = {"TICKETS_COMMAND_URL": urls[SERVICE], "TICKETS_QUERY_URL": urls["query-service"]}
    await program(stack, "tickets", *arguments, environment=where)


async def program(stack: Stack, name: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    """Run one of the environment's programs as the stack's operator would; raises RuntimeError when it fails."""
    known = os.environ | service_environment(stack.project, SERVICE) | (environment or {})
    process = await asyncio.create_subprocess_exec(Path(sys.executable).with_name(name), *arguments, env=known)
    if await process.wait():
        raise RuntimeError(f"{name} {arguments[0]} failed")


def main() -> int:
    """Run the command line."""
    (before,) = [release for release in releases() if release.version == BEFORE_VERSION_2]
    job = WHOLE if "--full" in sys.argv[1:] else PART
    with tempfile.TemporaryDirectory(prefix="tickets-older-") as directory:
        older = before.extract(Path(directory))
        with ended_in_order(), fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
            asyncio.run(run(stack, older, job))
    say("Every figure and the digest are those of the log, twice.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

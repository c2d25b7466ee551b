"""The command database as it was some time ago: the service must refuse, and Kafka gives back what is missing."""

import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from devstack.errors import StackError
from devstack.project import service_environment
from devstack.state import State
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.rig.datafiles import data_of, put_back, snapshot
from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig

SERVICE, SERVER = "command-service", "mongo-command"
REFUSED_S = 60.0
"""Within which the service must say that the log is ahead of its store."""
_PUBLISHED_S = 30.0
_RESTORED_S = 120.0
_CALL_S = 5.0
_PAUSE_S = 0.2


@dataclass(frozen=True)
class RestoreCommands(Fault):
    """The command database as it was `age` seconds ago, seen to be refused, and filled up from Kafka.

    Clients are kept out first and all that is stored is published: what no one but the lost database had, nothing
    brings back.
    """

    needs = frozenset({Need.PROCESSES, Need.PROXIES})
    age: float

    @property
    def what(self) -> str:
        return f"{SERVER} restored from {self.age:.1f} s ago, refused, filled up from Kafka"

    async def strike(self, rig: Rig) -> None:
        with tempfile.TemporaryDirectory(prefix="tickets-backup-") as backup:
            await snapshot(rig, SERVER, Path(backup))
            await asyncio.sleep(self.age)
            await asyncio.to_thread(rig.proxies.refuse, "client--command")
            await _all_published(rig)
            await rig.stop(SERVICE)
            await rig.stop(SERVER)
            await asyncio.to_thread(put_back, Path(backup), data_of(rig, SERVER))
        await rig.start(SERVER)
        await _refused(rig)
        await rig.stop(SERVICE)
        await _restore_from_kafka(rig)
        await rig.start(SERVICE)
        await asyncio.to_thread(rig.proxies.cure_all)


def restored_commands(dice: random.Random) -> list[Fault]:
    """Return a restore from a copy that was taken under load."""
    return [RestoreCommands(some_wait(dice), dice.uniform(8.0, 16.0))]


async def _all_published(rig: Rig) -> None:
    async with httpx2.AsyncClient(base_url=rig.stack.urls[SERVICE], timeout=_CALL_S) as http:
        deadline = time.monotonic() + _PUBLISHED_S
        while (await http.get("/freshness")).json()["lag_ms"] != 0:
            if time.monotonic() > deadline:
                raise StackError("the store is not published, though nothing more comes")
            await asyncio.sleep(_PAUSE_S)


async def _refused(rig: Rig) -> None:
    """Start the service and return when it says why it takes nothing; raises StackError when it does not."""
    State(rig.stack.project).want(SERVICE)
    said, deadline = "", time.monotonic() + REFUSED_S
    async with httpx2.AsyncClient(base_url=rig.stack.urls[SERVICE], timeout=_CALL_S) as http:
        while "ahead of the store" not in said:
            if time.monotonic() > deadline:
                raise StackError(f"a restored store is not refused; {SERVICE} says {said or 'nothing'}")
            await asyncio.sleep(_PAUSE_S)
            try:
                said = (await http.get("/readyz")).text
            except httpx2.TransportError:
                said = ""


async def _restore_from_kafka(rig: Rig) -> None:
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("command"),
        "restore-from-kafka",
        "--yes",
        env=os.environ | service_environment(rig.stack.project, SERVICE),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), _RESTORED_S)
    if process.returncode:
        raise StackError(f"command restore-from-kafka failed: {output.decode()[-1000:]}")

"""A database that has no room, that goes back in time, or that is gone."""

import asyncio
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from devstack.project import database
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.rig.datafiles import data_of, fill, put_back, small_disk, snapshot
from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig

_SPARE = 64 * 1024 * 1024


@dataclass(frozen=True)
class DiskFull(Fault):
    """A team's server on a small disk, which is full for `length` seconds."""

    needs = frozenset({Need.PROCESSES, Need.SMALL_DISKS})
    team: str
    length: float

    @property
    def what(self) -> str:
        return f"disk of mongo-{self.team} full for {self.length:.1f} s"

    async def strike(self, rig: Rig) -> None:
        component = f"mongo-{self.team}"
        async with small_disk(rig, component, _SPARE) as disk:
            ballast = await asyncio.to_thread(fill, disk)
            try:
                await asyncio.sleep(self.length)
            finally:
                ballast.unlink()
            await rig.ready(component)
            await rig.ready(f"{self.team}-service")
        await rig.ready(f"{self.team}-service")


@dataclass(frozen=True)
class Restore(Fault):
    """A team's database as it was `age` seconds ago, put back while its service is down."""

    needs = frozenset({Need.PROCESSES})
    team: str
    age: float

    @property
    def what(self) -> str:
        return f"mongo-{self.team} restored from {self.age:.1f} s ago"

    async def strike(self, rig: Rig) -> None:
        component, service = f"mongo-{self.team}", f"{self.team}-service"
        with tempfile.TemporaryDirectory(prefix="tickets-backup-") as backup:
            await snapshot(rig, component, Path(backup))
            await asyncio.sleep(self.age)
            await rig.stop(service)
            await rig.stop(component)
            await asyncio.to_thread(put_back, Path(backup), data_of(rig, component))
        await rig.start(component)
        await rig.start(service)


@dataclass(frozen=True)
class Refill(Fault):
    """The query database gone: the service has what Kafka's compacted topics hold, and nothing else."""

    needs = frozenset({Need.PROCESSES})

    @property
    def what(self) -> str:
        return "query database dropped"

    async def strike(self, rig: Rig) -> None:
        await rig.stop("query-service")
        await asyncio.to_thread(drop_query_database, rig.stack.root_mongo_uri("query"))
        await rig.start("query-service")


def drop_query_database(root_uri: str) -> None:
    """Drop what the query service has stored; its user stays."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(root_uri, timeoutMS=30_000) as client:
        client.drop_database(database("query"))


def disk_full(team: str, dice: random.Random) -> list[Fault]:
    """Return a full disk, for longer than it takes to notice."""
    return [DiskFull(some_wait(dice), team, dice.uniform(8.0, 16.0))]


def restored(team: str, dice: random.Random) -> list[Fault]:
    """Return a restore from a copy that was taken under load."""
    return [Restore(some_wait(dice), team, dice.uniform(8.0, 16.0))]


def refilled(dice: random.Random) -> list[Fault]:
    """Return two losses of the query database under load."""
    return [Refill(some_wait(dice)), Refill(some_wait(dice))]

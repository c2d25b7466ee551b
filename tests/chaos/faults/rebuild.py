"""All read documents made anew beside those that serve, under load, and something killed meanwhile."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from devstack.errors import StackError
from devstack.project import KAFKA
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.faults.operators import rebuild
from tests.chaos.rig.rig import Rig

LIMIT_S = 180.0
PAUSE_S = 0.5
STRUCK = ("command-service", "projector-service", "query-service", "mongo-projector", "mongo-query", KAFKA)


@dataclass(frozen=True)
class Rebuild(Fault):
    """A new generation: begun, `struck` killed while it is built, served, and the old one cleaned away."""

    struck: str
    into: float

    @property
    def what(self) -> str:
        return f"rebuild, kill {self.struck} {self.into:.1f} s into it"

    async def strike(self, rig: Rig) -> None:
        await _until_done("start", lambda: rebuild(rig, "start"))
        await asyncio.sleep(self.into)
        await rig.kill(self.struck)
        await rig.ready(self.struck)
        for step in ("cutover", "clean"):
            await _until_done(step, lambda step=step: rebuild(rig, step))  # type: ignore[misc]


async def _until_done(step: str, attempt: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again: a step is refused while the new generation is behind, or somebody reads the old one."""
    due = time.monotonic() + LIMIT_S
    while not await attempt():
        if time.monotonic() > due:
            raise StackError(f"projector rebuild {step}: still refused after {LIMIT_S:.0f} s")
        await asyncio.sleep(PAUSE_S)


def rebuilt(dice: random.Random) -> list[Fault]:
    """Two rebuilds, one after the other."""
    return [Rebuild(some_wait(dice), struck, dice.uniform(0.0, 3.0)) for struck in dice.sample(STRUCK, 2)]

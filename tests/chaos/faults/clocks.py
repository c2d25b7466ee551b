"""A service's clock wrong by minutes, from one moment to the next, and right again."""

import asyncio
import random
from dataclasses import dataclass

from devstack.readiness import is_ready
from devstack.waiting import wait_until
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig

NOTICED_S = 20.0
"""Within which the projector must say that its clock is wrong."""


@dataclass(frozen=True)
class WrongClock(Fault):
    """The clock of one service `ahead` seconds ahead, behind where negative, for `length` seconds.

    The projector must say so: the broker refuses late writes by the time that they carry.
    """

    needs = frozenset({Need.CLOCKS})
    service: str
    ahead: int
    length: float

    @property
    def what(self) -> str:
        return f"clock of {self.service} {self.ahead:+d} s for {self.length:.1f} s"

    async def strike(self, rig: Rig) -> None:
        rig.clocks.shift(self.service, self.ahead)
        try:
            if self.service == "projector-service":
                await asyncio.to_thread(self._noticed, rig)
            await asyncio.sleep(self.length)
        finally:
            rig.clocks.right()
        await rig.ready(self.service)

    def _noticed(self, rig: Rig) -> None:
        project = rig.stack.project
        wait_until(
            lambda: not is_ready(project, self.service), seconds=NOTICED_S, what="a wrong clock makes it unready"
        )


def wrong_clocks(service: str, dice: random.Random) -> list[Fault]:
    """Return a clock ahead and a clock behind, in either order, each by minutes."""
    return [
        WrongClock(some_wait(dice), service, sign * dice.randint(60, 900), dice.uniform(6.0, 12.0))
        for sign in dice.sample((1, -1), 2)
    ]

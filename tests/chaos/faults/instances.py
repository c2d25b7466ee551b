"""Further instances of a service, which come and go under load: each time its partitions or its lease may move."""

import random
from dataclasses import dataclass

from tests.chaos.faults.databases import Refill
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.faults.processes import freeze, kill
from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig


@dataclass(frozen=True)
class Join(Fault):
    """One more instance."""

    needs = frozenset({Need.PROCESSES})
    component: str

    @property
    def what(self) -> str:
        return f"start {self.component}"

    async def strike(self, rig: Rig) -> None:
        await rig.start(self.component)


@dataclass(frozen=True)
class Leave(Fault):
    """An instance fewer, in order."""

    needs = frozenset({Need.PROCESSES})
    component: str

    @property
    def what(self) -> str:
        return f"stop {self.component}"

    async def strike(self, rig: Rig) -> None:
        await rig.stop(self.component)


def two(service: str, dice: random.Random) -> list[Fault]:
    """A second instance joins; then one of both is killed, or the first is frozen until its place is taken."""
    second = f"{service}#2"
    struck = dice.choice(("first", "second"))
    return [
        Join(some_wait(dice), second),
        freeze(service, dice),
        kill(service if struck == "first" else second, dice),
    ]


def three(service: str, dice: random.Random) -> list[Fault]:
    """Two more join; one of them is killed, then the stack's own; one leaves in order, one comes again."""
    second, third = f"{service}#2", f"{service}#3"
    return [
        Join(some_wait(dice), second),
        Join(some_wait(dice), third),
        kill(second, dice),
        kill(service, dice),
        Leave(some_wait(dice), third),
        Join(some_wait(dice), second),
    ]


def frozen_in_turn(service: str, dice: random.Random) -> list[Fault]:
    """Two instances, each frozen until the other has all; then an empty query database is filled from what is left."""
    second = f"{service}#2"
    return [Join(some_wait(dice), second), freeze(service, dice), freeze(second, dice), Refill(some_wait(dice))]

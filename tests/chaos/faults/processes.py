"""A process killed, stopped and started, or frozen."""

import asyncio
import random
from dataclasses import dataclass

from devstack.project import KAFKA, MONGO_SERVERS
from tests.chaos.faults.fault import LEASE_S, SESSION_TIMEOUT_S, Fault, some_wait
from tests.chaos.rig.instances import service_of
from tests.chaos.rig.rig import Rig

_FROZEN_S = {
    "command-service": (LEASE_S + 2, LEASE_S + 9),
    "projector-service": (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
    "query-service": (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
    KAFKA: (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
} | dict.fromkeys(MONGO_SERVERS, (LEASE_S + 2, LEASE_S + 14))


@dataclass(frozen=True)
class Kill(Fault):
    """kill -9. The stack's own components come back by themselves, further instances do not."""

    component: str

    @property
    def what(self) -> str:
        return f"kill {self.component}"

    async def strike(self, rig: Rig) -> None:
        await rig.kill(self.component)
        await rig.ready(self.component)


@dataclass(frozen=True)
class Restart(Fault):
    """An orderly stop and start; down for `length` seconds, its data kept."""

    component: str
    length: float

    @property
    def what(self) -> str:
        return f"restart {self.component}, down for {self.length:.1f} s"

    async def strike(self, rig: Rig) -> None:
        await rig.stop(self.component)
        await asyncio.sleep(self.length)
        await rig.start(self.component)


@dataclass(frozen=True)
class Freeze(Fault):
    """SIGSTOP for `length` seconds, which outlasts the leases and sessions that the component holds, then SIGCONT."""

    component: str
    length: float

    @property
    def what(self) -> str:
        return f"freeze {self.component} for {self.length:.1f} s"

    async def strike(self, rig: Rig) -> None:
        await rig.freeze(self.component)
        try:
            await asyncio.sleep(self.length)
        finally:
            await rig.thaw(self.component)
        await rig.ready(self.component)


def kill(component: str, dice: random.Random) -> Fault:
    """Return a kill -9 at a random moment."""
    return Kill(some_wait(dice), component)


def restart(component: str, dice: random.Random) -> Fault:
    """Return a restart at a random moment."""
    return Restart(some_wait(dice), component, dice.uniform(1.0, 8.0))


def freeze(component: str, dice: random.Random) -> Fault:
    """Return a long pause at a random moment."""
    return Freeze(some_wait(dice), component, dice.uniform(*_FROZEN_S[service_of(component)]))

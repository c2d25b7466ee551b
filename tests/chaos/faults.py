"""What is done to the system: one component killed, frozen or restarted, and awaited until it is healthy again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from devstack.project import KAFKA, MONGO_SERVERS
from tests.support.pausing import freeze, thaw
from tests.support.stack import Stack

SESSION_TIMEOUT_S = 30.0
"""Of the projector's and the query service's consumers."""
LEASE_S = 6.0
"""Of the relay's leader."""

_FROZEN_S = {
    "command-service": (LEASE_S + 2, LEASE_S + 9),
    "projector-service": (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
    "query-service": (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
    KAFKA: (SESSION_TIMEOUT_S + 3, SESSION_TIMEOUT_S + 10),
} | dict.fromkeys(MONGO_SERVERS, (LEASE_S + 2, LEASE_S + 14))


@dataclass(frozen=True)
class Fault:
    """One fault: seconds to wait before it, what it does to which component, and for how many seconds."""

    wait: float
    action: str
    component: str
    length: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.length:.1f} s" if self.length else ""
        return f"{self.action} {self.component}{lasting} after {self.wait:.1f} s"

    async def strike(self, stack: Stack) -> None:
        """Do it, now, and return when the component is healthy again; raises StackError when it never is."""
        await _ACTIONS[self.action](stack, self)
        await stack.ready(self.component)


async def _kill(stack: Stack, fault: Fault) -> None:
    await stack.kill(fault.component)


async def _restart(stack: Stack, fault: Fault) -> None:
    await stack.stop(fault.component)
    await asyncio.sleep(fault.length)
    await stack.start(fault.component)


async def _freeze(stack: Stack, fault: Fault) -> None:
    await asyncio.to_thread(freeze, stack, fault.component)
    try:
        await asyncio.sleep(fault.length)
    finally:
        await asyncio.to_thread(thaw, stack, fault.component)


_ACTIONS: dict[str, Callable[[Stack, Fault], Awaitable[None]]] = {
    "kill": _kill,
    "restart": _restart,
    "freeze": _freeze,
}


def kill(component: str, dice: random.Random) -> Fault:
    """Return a kill -9 at a random moment."""
    return Fault(_wait(dice), "kill", component)


def restart(component: str, dice: random.Random) -> Fault:
    """Return an orderly stop and start; down for some seconds, its data kept."""
    return Fault(_wait(dice), "restart", component, dice.uniform(1.0, 8.0))


def frozen(component: str, dice: random.Random) -> Fault:
    """Return a SIGSTOP that outlasts the leases and sessions that the component holds, then SIGCONT."""
    return Fault(_wait(dice), "freeze", component, dice.uniform(*_FROZEN_S[component]))


def _wait(dice: random.Random) -> float:
    return dice.uniform(1.0, 6.0)

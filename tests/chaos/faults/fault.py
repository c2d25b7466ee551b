"""A fault: done at its moment, and over when what it struck is healthy again."""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig

SESSION_TIMEOUT_S = 30.0
"""Of the projector's and the query service's consumers."""
LEASE_S = 6.0
"""Of the relay's leader."""


@dataclass(frozen=True)
class Fault(ABC):
    """One fault. `wait`: the seconds before it, after the one before it is over."""

    needs: ClassVar[frozenset[Need]] = frozenset()
    wait: float

    def __str__(self) -> str:
        return f"{self.what} after {self.wait:.1f} s"

    @property
    @abstractmethod
    def what(self) -> str:
        """What is done to whom, in a few words."""

    @abstractmethod
    async def strike(self, rig: Rig) -> None:
        """Do it, now, and return when all is healthy again; raises StackError when it never is."""


def some_wait(dice: random.Random) -> float:
    """Return seconds of quiet before a fault."""
    return dice.uniform(1.0, 5.0)

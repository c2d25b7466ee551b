"""The cells of the matrix: which faults a run under load meets, by name. A seed makes them the same each time."""

import random
from collections.abc import Callable
from functools import partial

from devstack.project import COMPONENTS, KAFKA
from tests.chaos.faults import Fault, frozen, kill, restart

Faults = list[Fault]
Cell = Callable[[random.Random], Faults]


def _times(make: Callable[[str, random.Random], Fault], component: str, most: int, dice: random.Random) -> Faults:
    return [make(component, dice) for _ in range(dice.randint(1, most))]


def _everybody(dice: random.Random) -> Faults:
    return [kill(component, dice) for component in dice.sample(COMPONENTS, len(COMPONENTS))]


def _calm(_: random.Random) -> Faults:
    return []


CELLS: dict[str, Cell] = {
    "calm": _calm,
    **{f"kill-{component}": partial(_times, kill, component, 3) for component in COMPONENTS},
    "kill-everybody": _everybody,
    f"restart-{KAFKA}": partial(_times, restart, KAFKA, 2),
    **{f"freeze-{component}": partial(_times, frozen, component, 1) for component in COMPONENTS},
}

SHORT = ("kill-command-service", "kill-projector-service", "kill-query-service", "kill-mongo-projector")
"""What CI has time for."""

LONG_ROUNDS = 4
"""How often the long run goes through all cells, each time with another seed."""


def faults_of(name: str, seed: str) -> Faults:
    """Return the schedule of a cell; the same seed gives the same one."""
    return CELLS[name](random.Random(f"{seed}/{name}"))

"""The cells of the matrix: which faults a run under load meets, by name. A seed makes them the same each time."""

import random
from collections.abc import Callable
from dataclasses import dataclass
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

SHORT = ("kill-command-service", "kill-mongo-projector", "kill-projector-service", f"kill-{KAFKA}")
"""What CI has time for, one fault each."""

LONG_ROUNDS = 4
"""How often the long run goes through all cells, each time with another seed."""


@dataclass(frozen=True)
class Plan:
    """One cell to run: its name, its seed, its schedule."""

    cell: str
    seed: str
    faults: Faults


def planned(cell: str, seed: str, most: int | None = None) -> Plan:
    """Return a cell's plan, of at most so many faults; the same cell and seed give the same one."""
    return Plan(cell, seed, CELLS[cell](random.Random(f"{seed}/{cell}"))[:most])

"""The cells of the matrix: which faults a run under load meets, by name. A seed makes them the same each time."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from devstack.project import COMPONENTS, KAFKA, SERVICES, TEAMS
from tests.chaos.faults.clocks import wrong_clocks
from tests.chaos.faults.command_restore import restored_commands
from tests.chaos.faults.databases import disk_full, refilled, restored
from tests.chaos.faults.fault import Fault
from tests.chaos.faults.instances import frozen_in_turn, three, two
from tests.chaos.faults.network import cuts
from tests.chaos.faults.poison import poisoning
from tests.chaos.faults.processes import freeze, kill, restart
from tests.chaos.faults.rebuild import rebuilt
from tests.chaos.faults.replays import replays
from tests.chaos.rig.links import LINKS
from tests.chaos.rig.needs import Need

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
    **{f"freeze-{component}": partial(_times, freeze, component, 1) for component in COMPONENTS},
    **{f"cut-{link}": partial(cuts, link, 3) for link in LINKS},
    **{f"two-{service}s": partial(two, service) for service in SERVICES},
    "three-projector-services": partial(three, "projector-service"),
    **{f"clock-{service}": partial(wrong_clocks, service) for service in SERVICES},
    **{f"disk-full-mongo-{team}": partial(disk_full, team) for team in TEAMS},
    **{f"restored-mongo-{team}": partial(restored, team) for team in ("projector", "query")},
    "restored-mongo-command": restored_commands,
    "query-database-dropped": refilled,
    "projectors-frozen-in-turn": partial(frozen_in_turn, "projector-service"),
    "rebuild": rebuilt,
    "replays": replays,
    "poison": poisoning,
}

SHORT = ("kill-command-service", "kill-projector-service", f"kill-{KAFKA}", "cut-command--mongo", "replays")
"""What CI has time for, one fault each."""

LONG_ROUNDS = 2
"""How often the long run goes through all cells, each time with another seed."""


@dataclass(frozen=True)
class Plan:
    """One cell to run: its name, its seed, its schedule."""

    cell: str
    seed: str
    faults: Faults

    @property
    def needs(self) -> frozenset[Need]:
        """What this machine must have for it."""
        return frozenset(need for fault in self.faults for need in fault.needs)


def planned(cell: str, seed: str, most: int | None = None) -> Plan:
    """Return a cell's plan, of at most so many faults; the same cell and seed give the same one."""
    return Plan(cell, seed, CELLS[cell](random.Random(f"{seed}/{cell}"))[:most])

"""`python -m tests.chaos`: the fault matrix, on a stack of its own.

Ends with 0 when every cell is ok, with 1 when one failed; the last line is the summary.
"""

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from devstack.selection import Kind
from tests.chaos.cells import CELLS, LONG_ROUNDS, SHORT, Plan, planned
from tests.chaos.report import write_report
from tests.chaos.result import Result, summary
from tests.chaos.rig.needs import lacking, matrix_kind
from tests.chaos.rig.rig import fresh_rig
from tests.chaos.run import run_cell

CELLS_A_STACK = 10
"""Beyond some 20 there are more groups than the dashboard tells one by one, and all is judged again after each cell."""

Report = Callable[[Sequence[Result]], None]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=CELLS, metavar="CELL", help=f"of {', '.join(CELLS)}")
    parser.add_argument("--seed", help="makes the schedule the same again; a new one each time where it is absent")
    parser.add_argument("--report", type=Path, metavar="DIRECTORY", help="write chaos.md and chaos.svg there")
    parser.add_argument("--long", action="store_true", help=f"all cells, {LONG_ROUNDS} rounds of them")
    return parser


def _plan(arguments: argparse.Namespace, seed: str) -> list[Plan]:
    """Return the cells to run: those that were named, all of them in rounds, or a few with one fault each."""
    if arguments.cells:
        return [planned(name, seed) for name in arguments.cells]
    if arguments.long:
        return [planned(name, f"{seed}.{number}") for number in range(LONG_ROUNDS) for name in CELLS]
    return [planned(name, seed, most=1) for name in SHORT]


def _run(plans: Sequence[Plan], kind: Kind, report: Report) -> list[Result]:
    """Run ten cells a stack; after a failed one go on with a fresh stack, so that one defect is told once.

    `report` is given the results after each cell: a run of an hour may be ended early.
    """
    results: list[Result] = []
    while len(results) < len(plans):
        with fresh_rig(kind) as rig:
            for plan in plans[len(results) :][:CELLS_A_STACK]:
                results.append(asyncio.run(run_cell(rig, plan)))
                _say(str(results[-1]))
                report(results)
                if not results[-1].ok:
                    break
    return results


def _possible(plans: Sequence[Plan], kind: Kind) -> list[Plan]:
    """Return the plans that this machine can run, and say why the others are left out."""
    lacks = lacking(kind)
    for need, why in lacks.items():
        if cells := sorted({plan.cell for plan in plans if need in plan.needs}):
            _say(f"left out for want of {need} ({why}): {', '.join(cells)}")
    return [plan for plan in plans if not plan.needs & lacks.keys()]


def _report(arguments: argparse.Namespace, seed: str) -> Report:
    directory: Path | None = arguments.report
    if directory is None:
        return lambda _: None
    return lambda results: write_report(directory, results, seed, long=arguments.long)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command line."""
    arguments = _parser().parse_args()
    # So that whoever ends the run early, also from a script, leaves no stack behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    seed = arguments.seed or str(random.randrange(10**6))
    kind = matrix_kind()
    results = _run(_possible(_plan(arguments, seed), kind), kind, _report(arguments, seed))
    _say(summary(results, seed))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())

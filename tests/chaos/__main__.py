"""`python -m tests.chaos`: the fault matrix on a stack of its own.

Ends with 0 when every cell is ok, with 1 when one failed; the last line is the summary.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.chaos.cells import CELLS, LONG_ROUNDS, SHORT
from tests.chaos.result import Result, summary
from tests.chaos.run import run_cell
from tests.support.stack import Stack, fresh_stack


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=CELLS, metavar="CELL", help=f"of {', '.join(CELLS)}")
    parser.add_argument("--seed", help="makes the schedule the same again; a new one each time where it is absent")
    parser.add_argument("--long", action="store_true", help=f"all cells, {LONG_ROUNDS} rounds of them")
    return parser


def _plan(arguments: argparse.Namespace, seed: str) -> list[tuple[str, str]]:
    """Return the cells to run, each with its seed."""
    names: Sequence[str] = arguments.cells or (tuple(CELLS) if arguments.long else SHORT)
    rounds = LONG_ROUNDS if arguments.long else 1
    return [(name, f"{seed}/{number}" if number else seed) for number in range(rounds) for name in names]


async def _run(stack: Stack, plan: Sequence[tuple[str, str]]) -> list[Result]:
    results = []
    for name, seed in plan:
        results.append(await run_cell(stack, name, seed))
        _say(str(results[-1]))
    return results


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command line."""
    arguments = _parser().parse_args()
    seed = arguments.seed or str(random.randrange(10**6))
    with fresh_stack(chosen_kind(SERVER_IMAGES)) as stack:
        results = asyncio.run(_run(stack, _plan(arguments, seed)))
    _say(summary(results, seed))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Measures all rows and writes build/bench.json; a row that fails says why, the others are measured all the same."""

import argparse
import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.load.baseline.store import Store, connect
from tests.load.bench.costs import costs
from tests.load.bench.curves import curves
from tests.load.bench.goals import GOALS
from tests.load.bench.oracle import Oracle
from tests.load.bench.pipeline import write_side
from tests.load.bench.report import BUILD, Row, write_report
from tests.load.bench.rows.floor import floor_ms
from tests.load.bench.rows.lists import list_cold, list_warm
from tests.load.bench.rows.live import live
from tests.load.bench.rows.pipeline import pipeline
from tests.load.bench.rows.scale import dashboard, deep_page, growth, memory
from tests.load.bench.rows.search import search
from tests.load.bench.rows.tickets import detail, not_modified
from tests.load.bench.rows.writes import calm, create, list_warm_writes, read_own_write
from tests.load.bench.servers import Servers, bench_servers
from tests.load.bench.size import FULL, QUICK, TINY, Size
from tests.load.bench.world import BASELINE, World, running_world
from tests.load.figures import say

_BEGAN = time.monotonic()

_SIZES = {size.name: size for size in (FULL, QUICK, TINY)}


Read = Callable[[World, Oracle], Awaitable[Row]]

_READS: dict[str, Read] = {
    "list_warm": list_warm,
    "list_cold": list_cold,
    "detail": detail,
    "not_modified": lambda world, _: not_modified(world),
    "dashboard": dashboard,
    "deep_page": lambda world, _: deep_page(world),
    "search": lambda world, _: search(world),
    "growth": lambda world, _: growth(world),
}
"""What is asked while nothing is written."""

_ALONE: dict[str, Read] = {**_READS, "memory": lambda world, _: memory(world)}
"""What can be measured without the others; memory is that after those which are."""


Measured = tuple[list[Row], dict[str, Any]]


async def measure(servers: Servers, size: Size) -> Measured:
    """Return the rows; what the pictures are drawn from; and what a write costs."""
    async with running_world(servers, size) as world, connect(servers.baseline, BASELINE).client as client:
        oracle = Oracle(Store(client[BASELINE]))
        rows = [await _row(name, read(world, oracle)) for name, read in _READS.items()]
        drawn = await _or_reason(curves(world, oracle, {row.id: row for row in rows}))
        cost = await _or_reason(_writes(world, rows))
        rows.append(await _row("memory", memory(world)))
    rows.append(await _row("pipeline", pipeline(servers, size)))
    found = {row.id: row for row in rows}
    why = str(cost.get("reason", "not measured"))
    return [found.get(name) or Row.missing(name, why) for name in GOALS], {"curves": drawn, "costs": cost}


async def measure_alone(servers: Servers, size: Size, names: Collection[str]) -> list[Row]:
    """Return these rows, in the order in which all are measured."""
    async with running_world(servers, size) as world, connect(servers.baseline, BASELINE).client as client:
        oracle = Oracle(Store(client[BASELINE]))
        return [await _row(name, read(world, oracle)) for name, read in _ALONE.items() if name in names]


async def _writes(world: World, rows: list[Row]) -> dict[str, Any]:
    """Measure what it is like while commands come through the pipeline, on the topics of the usual read model.

    Adds to `rows`, and returns what a write costs.
    """
    floor = await floor_ms(world.servers, world.size.slow_s / 2)
    say(f"floor: {floor:.1f} ms")
    async with write_side(world.servers, world.usual.prefix, "writes") as side:
        await calm(world, side)
        rows.append(await _row("read_own_write", read_own_write(world, side, floor)))
        rows.append(await _row("live", live(world, side, floor)))
        rows.append(await _row("list_warm_writes", list_warm_writes(world, side)))
        cost = await _or_reason(costs(world, side))
        rows.append(await _row("create", create(world, side)))
        return cost


async def _or_reason(measuring: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """Return what is measured, or why it is not there."""
    try:
        return await measuring
    except Exception as error:  # noqa: BLE001 - as with a row
        return {"reason": _reason(error)}


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # a group says no more than how many there are
    return f"{type(error).__name__}: {error}"[:500]


async def _row(name: str, measuring: Awaitable[Row]) -> Row:
    try:
        row = await measuring
    except Exception as error:  # noqa: BLE001 - one row that fails must not cost the others
        row = Row.missing(name, _reason(error))
    say(f"{time.monotonic() - _BEGAN:5.0f} s  {row}")
    return row


def main() -> int:
    """Run the command line; returns 0 when every goal is met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=_SIZES, default=FULL.name)
    parser.add_argument("--into", type=Path, default=BUILD)
    parser.add_argument(
        "--rows", nargs="+", choices=_ALONE, metavar="ROW", help=f"no report, only: {', '.join(_ALONE)}"
    )
    arguments = parser.parse_args()
    size = _SIZES[arguments.size]
    logging.basicConfig(level=logging.CRITICAL)  # aiokafka tells of each retry, also while topics are being made
    if arguments.rows:
        with bench_servers(chosen_kind(SERVER_IMAGES)) as servers:
            rows = asyncio.run(measure_alone(servers, size, arguments.rows))
        return 0 if all(row.met for row in rows) else 1
    rows, more = _whole(size)
    say(f"written: {write_report(rows, more, size, arguments.into)}")
    return 0 if all(row.met for row in rows) else 1


def _whole(size: Size) -> Measured:
    """Return what `measure` does; where servers or services cannot be had, rows that say so, not the last run's."""
    try:
        with bench_servers(chosen_kind(SERVER_IMAGES)) as servers:
            return asyncio.run(measure(servers, size))
    except Exception as error:  # noqa: BLE001 - as with a row
        traceback.print_exception(error)
        why = _reason(error)
        return [Row.missing(name, why) for name in GOALS], {"curves": {}, "costs": {"reason": why}}


if __name__ == "__main__":
    raise SystemExit(main())

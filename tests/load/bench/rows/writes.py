"""What it is like while commands come in: lists beside writes, creating tickets, reading one's own write."""

import asyncio
import json
import statistics
import time
from collections import deque
from datetime import datetime
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from tests.load.bench.both import both
from tests.load.bench.goals import GOALS
from tests.load.bench.load import Load, Outcome, run_load
from tests.load.bench.pipeline import WriteSide
from tests.load.bench.report import Row
from tests.load.bench.requests import lists_by_status, new_tickets, path_of
from tests.load.bench.world import World
from tests.load.bench.writers import OwnReads, read_own_writes
from tests.load.figures import quantile
from ticket_contracts.model import parse_time

_Documents = AsyncCollection[dict[str, Any]]

TIMES_WRITES, TIMES_CREATE = 3.0, 2.0
P50_FLOORS, P99_FLOORS = 2.0, 6.0
WRITES_PER_S, OWN_PER_S = 100.0, 100.0
LAG_MAX_S = 1.0
BEHIND_MAX_S = 0.5
"""A list may be that much older than what the query database held when it was asked for."""

_PROBES_PER_S = 5.0
_STEP_UP, _STEP_DOWN, _TRIES = 1.2, 0.5, 9
_CALM_S, _CALM_LIMIT_S = 0.3, 60.0


async def list_warm_writes(world: World, side: WriteSide) -> Row:
    """Measure warm lists while new tickets come in, each side with its own."""
    rounds: dict[str, list[float]] = {"ours": [], "baseline": []}
    behind: list[float] = []
    for _ in range(world.size.rounds):
        async with (
            AsyncMongoClient[dict[str, Any]](world.servers.query, tz_aware=True) as read,
            AsyncMongoClient[dict[str, Any]](world.servers.command) as written,
        ):
            watch = _Watch(read[world.usual.database].tickets, written[side.store].events)
            ours, _ = await both(
                _read_while_written(world, world.usual.service.port, side.command.port),
                watch.run(world.size.round_s + 1),
            )
            watch.judge(ours)
        behind.append(watch.behind_s)
        rounds["ours"].append(ours.per_s)
        theirs = await _read_while_written(world, world.baseline.port, world.baseline.port)
        rounds["baseline"].append(theirs.per_s)
    mine, other = (statistics.median(rounds[name]) for name in ("ours", "baseline"))
    return Row(
        "list_warm_writes", mine, other, None, mine / other, *GOALS["list_warm_writes"],
        met=mine / other >= TIMES_WRITES and statistics.median(behind) <= LAG_MAX_S,
        details={
            **{name: [round(rate, 1) for rate in rates] for name, rates in rounds.items()},
            "behind_s": [round(seconds, 3) for seconds in behind],
        },
    )  # fmt: skip


async def _read_while_written(world: World, read: int, write: int) -> Outcome:
    seconds = world.size.round_s
    reads, writes = await both(
        run_load(Load(read, lists_by_status(), seconds, sample_every=100)),
        run_load(Load(write, new_tickets(1_000, seed=21), seconds + 1, rate=WRITES_PER_S)),
    )
    writes.demand(201)
    return reads.demand(200)


class _Watch:
    """Sees the newest ticket of the query database while lists are read, and says which lists were older.

    And how many of the new tickets that are stored are not there yet: lists beside writes that wait are no such lists.
    """

    def __init__(self, tickets: _Documents, events: _Documents) -> None:
        self._tickets, self._events = tickets, events
        self._seen: deque[tuple[float, datetime]] = deque()
        self._missing: list[int] = []

    async def run(self, seconds: float) -> None:
        """Look ten times a second, from before anything is written."""
        end = time.time() + seconds
        while time.time() < end:
            shown = {"_id": 0, "updated_at": 1}
            stored = await self._events.estimated_document_count()
            self._missing.append(stored - await self._tickets.estimated_document_count())
            row = await self._tickets.find_one({"facets": "status=open"}, shown, sort=[("updated_at", -1), ("_id", 1)])
            if row is not None:
                self._seen.append((time.time(), row["updated_at"]))
            await asyncio.sleep(0.1)  # the interval of looking

    @property
    def behind_s(self) -> float:
        """How long it takes at the rate of writing until as many come in as were missing at most."""
        return (max(self._missing) - self._missing[0]) / WRITES_PER_S

    def judge(self, outcome: Outcome) -> None:
        """Raise AssertionError where a list of open tickets was older than it may be."""
        assert self._seen, "the query database shows no open ticket"
        for sample in outcome.samples:
            if "status=open" not in path_of(sample.request):
                continue
            newest = parse_time(json.loads(sample.body)[0]["updated_at"])
            known = [at for seen, at in self._seen if seen < sample.sent - BEHIND_MAX_S]
            assert not known or newest >= known[-1], f"a list {known[-1] - newest} older than the database"


async def read_own_write(world: World, side: WriteSide, floor_ms: float) -> Row:
    """Measure from when a write was due until its writer had read it with its token; the read alone is told as well."""

    async def reads() -> OwnReads:
        return await read_own_writes(side.command.port, world.usual.service.port, OWN_PER_S, world.size.slow_s)

    # A broker that has just started compiles what it does; what is stale counts even then.
    warm_up, found = await reads(), await reads()
    assert found.whole, "nothing was read"
    p50, p99 = (quantile(found.whole, share) * 1000 for share in (0.5, 0.99))
    return Row(
        "read_own_write", p50, None, None, p50 / floor_ms, *GOALS["read_own_write"],
        met=p50 <= P50_FLOORS * floor_ms and p99 <= P99_FLOORS * floor_ms and not warm_up.failed + found.failed,
        details={
            "floor_ms": floor_ms,
            "p99_ms": p99,
            "p99_over_floor": p99 / floor_ms,
            "read_alone_p50_ms": quantile(found.reads, 0.5) * 1000,
            "read_alone_p99_ms": quantile(found.reads, 0.99) * 1000,
            "stale": found.stale,
            "behind": found.behind,
            "refused": found.refused,
            "reads": len(found.whole),
        },
    )  # fmt: skip


async def create(world: World, side: WriteSide) -> Row:
    """Find the highest rate of new tickets at which each is readable within a second, beside the baseline's most."""
    baseline = [(await _most(world)).per_s for _ in range(world.size.rounds)]
    theirs = statistics.median(baseline)
    tried: list[dict[str, float]] = []
    rate, best = TIMES_CREATE * theirs, 0.0
    for _ in range(_TRIES):
        await calm(world, side)
        holds, told = await _holds(world, side, rate)
        tried.append(told)
        if holds:
            best = max(best, rate)
            rate *= _STEP_UP
        elif best:
            break
        else:
            rate *= _STEP_DOWN
    return Row(
        "create", best, theirs, None, best / theirs, *GOALS["create"],
        met=best >= TIMES_CREATE * theirs,
        details={"baseline_range": [min(baseline), max(baseline)], "tried": tried},
    )  # fmt: skip


async def _most(world: World) -> Outcome:
    return (await run_load(Load(world.baseline.port, new_tickets(2_000, seed=31), world.size.round_s))).demand(201)


async def _holds(world: World, side: WriteSide, rate: float) -> tuple[bool, dict[str, float]]:
    """Create at a rate; say whether all were accepted in time, and those followed were readable within a second."""
    seconds = 2 * world.size.step_s
    load = Load(side.command.port, new_tickets(2_000, seed=41), seconds, connections=64, rate=rate)
    created, seen = await both(
        run_load(load),
        read_own_writes(side.command.port, world.usual.service.port, _PROBES_PER_S, seconds + load.warm_up, 8),
    )
    lag = _lag(seen)
    in_time = set(created.statuses) == {201} and created.quantile_ms(0.99) <= LAG_MAX_S * 1000
    told = {"rate": rate, "lag_s": lag, "p99_ms": created.quantile_ms(0.99), "unanswered": created.unanswered}
    return in_time and not created.unanswered and lag <= LAG_MAX_S, told


def _lag(seen: OwnReads) -> float:
    """Return the longest that a write took to be readable; infinite where one never was."""
    return max(seen.whole) if seen.whole and not seen.failed else float("inf")


async def calm(world: World, side: WriteSide) -> None:
    """Wait until a new ticket can be read at once: services that have just started, or were overtaxed; 60 s at most."""
    end = time.monotonic() + _CALM_LIMIT_S
    while time.monotonic() < end:
        if _lag(await read_own_writes(side.command.port, world.usual.service.port, _PROBES_PER_S, 1, 5)) <= _CALM_S:
            return

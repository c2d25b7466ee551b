"""What the pictures are drawn from: latency over rate, percentiles over time, throughput over tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.load.bench.load import Load, Outcome, run_load
from tests.load.bench.oracle import Oracle
from tests.load.bench.report import Row
from tests.load.bench.rounds import Contestant
from tests.load.bench.rows.lists import cold_contestants, warm_contestants
from tests.load.bench.rows.tickets import detail_contestants
from tests.load.bench.size import Size
from tests.load.bench.world import World

P99_MS = 50.0
"""A sweep ends where the 99th percentile leaves this."""

_OVER_TIME = 0.6
_BIN_S = 0.5


async def curves(world: World, oracle: Oracle, rows: Mapping[str, Row]) -> dict[str, Any]:
    """Sweep the rate of lists and tickets by id; `rows` are those that were measured at saturation."""
    kinds = {
        "list_warm": warm_contestants(world, oracle),
        "list_cold": cold_contestants(world, oracle),
        "detail": detail_contestants(world, oracle),
    }
    swept = {
        kind: {name: await sweep(world.size, each, _saturation(rows[kind], name)) for name, each in contestants.items()}
        for kind, contestants in kinds.items()
        if kind in rows and rows[kind].ours is not None
    }
    return {"latency_over_rate": swept, "over_time": await _over_time(world, kinds["list_warm"], rows)}


def _saturation(row: Row, name: str) -> float:
    rate = getattr(row, name)
    assert isinstance(rate, float)
    return rate


async def sweep(size: Size, contestant: Contestant, saturation: float) -> list[dict[str, float]]:
    """Return rate and latencies (p50, p99, ms) of each step, up to the first whose 99th percentile is above 50 ms."""
    found = []
    for step, share in enumerate(size.shares):
        # Requests of their own for each step: those of the step before would be answered from what is kept.
        requests = contestant.requests(size.rounds + step)
        outcome = await _at(contestant, requests, share * saturation, size.step_s)
        p99 = outcome.quantile_ms(0.99)
        found.append({"rate": share * saturation, "p50_ms": outcome.quantile_ms(0.5), "p99_ms": p99})
        if p99 > P99_MS:
            break
    return found


async def _at(contestant: Contestant, requests: Sequence[bytes], rate: float, seconds: float) -> Outcome:
    load = Load(contestant.port, requests, seconds, contestant.connections, rate=rate)
    return (await run_load(load)).demand(contestant.status)


async def _over_time(
    world: World, contestants: Mapping[str, Contestant], rows: Mapping[str, Row]
) -> dict[str, list[dict[str, float]]]:
    """Return percentiles by half seconds of warm lists at a steady rate, the same share of each one's saturation."""
    if "list_warm" not in rows or rows["list_warm"].ours is None:
        return {}
    found = {}
    for name, contestant in contestants.items():
        rate = _OVER_TIME * _saturation(rows["list_warm"], name)
        requests = contestant.requests(world.size.rounds)
        found[name] = _binned(await _at(contestant, requests, rate, world.size.slow_s))
    return found


def _binned(outcome: Outcome) -> list[dict[str, float]]:
    bins: dict[int, list[float]] = {}
    for at, latency in zip(outcome.at, outcome.latencies, strict=True):
        bins.setdefault(int(at / _BIN_S), []).append(latency * 1000)
    return [
        {"at_s": number * _BIN_S, "p50_ms": _quantile(values, 0.5), "p99_ms": _quantile(values, 0.99)}
        for number, values in sorted(bins.items())
    ]


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]

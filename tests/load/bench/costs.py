"""What a write costs on either side at a steady rate: processes, memory, CPU. For docs/when-to-use.md."""

from collections.abc import Mapping
from typing import Any

from tests.load.bench.load import Load, run_load
from tests.load.bench.pipeline import WriteSide
from tests.load.bench.processes import Server
from tests.load.bench.requests import new_tickets
from tests.load.bench.usage import Usage, usage
from tests.load.bench.world import World

PER_S = 100.0
_BASELINE = "mongodb of baseline"


async def costs(world: World, side: WriteSide) -> dict[str, Any]:
    """Return by side each part's memory (MB) and CPU a write (ms), while new tickets come in at 100/s."""
    ours = side.services(world.usual.service)
    return {
        "per_s": PER_S,
        "ours": await _cost(world, ours, side.command.port, baseline=False),
        "baseline": await _cost(world, {"baseline": world.baseline}, world.baseline.port, baseline=True),
    }


async def _cost(world: World, services: Mapping[str, Server], port: int, *, baseline: bool) -> dict[str, Any]:
    before = usage(world.servers, services)
    outcome = await run_load(Load(port, new_tickets(1_000, seed=61), world.size.slow_s, rate=PER_S, warm_up=0))
    writes = len(outcome.demand(201).latencies)
    after = usage(world.servers, services)
    parts = {
        name: _part(before[name], used, writes)
        for name, used in after.items()
        if name in services or (name == _BASELINE) == baseline
    }
    return {"p50_ms": outcome.quantile_ms(0.5), "p99_ms": outcome.quantile_ms(0.99), "parts": parts}


def _part(before: Usage, after: Usage, writes: int) -> dict[str, float]:
    return {"memory_mb": after.memory_mb, "cpu_ms_a_write": after.cpu_ms_a_write(before, writes)}

"""`make bench-writes`: what a write costs each process, and when its writer can read it, at several rates.

New tickets come at a steady rate, and each is read at once with the token of its creation; latency counts from when the
write was due. RATES="20 100" names the rates, commands a second. Servers, services and topics of its own.
"""

import asyncio
import os
import time

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.load.bench.pipeline import WriteSide, write_side
from tests.load.bench.servers import Servers, bench_servers
from tests.load.bench.usage import usage
from tests.load.bench.world import BASELINE, ReadModel, read_model
from tests.load.bench.writers import read_own_writes
from tests.load.figures import Figure, quantile, say, tell
from tests.load.growth.shape import read_shape

RATES = "20 100 200 350"
TICKETS = 2_000
WARM_UP_PER_S, WARM_UP_S = 60.0, 12.0
"""A broker that has just started compiles what it does."""

SECONDS = 10.0


async def measure(servers: Servers, rates: list[float]) -> list[Figure]:
    """Print a line for each rate; return how many writes failed, or were read too old or not at all."""
    failed = 0
    shape = await asyncio.to_thread(read_shape, until=None)
    async with read_model(servers, shape, TICKETS) as model, write_side(servers, model.prefix, "writes") as side:
        warm_up = await read_own_writes(side.command.port, model.service.port, WARM_UP_PER_S, WARM_UP_S)
        failed += warm_up.failed
        for rate in rates:
            failed += await _at(rate, servers, model, side)
    return [Figure("writes refused, or read too old or not at all", failed, 0, "writes")]


async def _at(rate: float, servers: Servers, model: ReadModel, side: WriteSide) -> int:
    services, writes = side.services(model.service), rate * SECONDS
    before, own = usage(servers, services), time.process_time()
    found = await read_own_writes(side.command.port, model.service.port, rate, SECONDS)
    after, own = usage(servers, services), time.process_time() - own
    if not found.whole:
        say(f"{rate:g}/s: nothing was read")
        return found.failed
    spent = {name: used.cpu_ms_a_write(before[name], writes) for name, used in after.items() if BASELINE not in name}
    spent["client"] = own * 1000 / writes
    p50, p99 = (quantile(found.whole, share) * 1000 for share in (0.5, 0.99))
    parts = ", ".join(f"{name} {ms:.2f}" for name, ms in spent.items())
    say(f"{rate:g}/s: own write read after {p50:.0f} ms (p99 {p99:.0f} ms); CPU a write {sum(spent.values()):.1f} ms:")
    say(f"    {parts}")
    return found.failed


def main() -> int:
    """Measure, and print the figures; returns 0 when all are met, else 1."""
    try:
        rates = [float(rate) for rate in os.environ.get("RATES", RATES).split()]
    except ValueError:
        raise SystemExit(f'RATES are numbers, commands a second, such as RATES="{RATES}"') from None
    with bench_servers(chosen_kind(SERVER_IMAGES)) as servers:
        return tell(asyncio.run(measure(servers, rates)))


if __name__ == "__main__":
    raise SystemExit(main())

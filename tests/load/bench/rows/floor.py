"""The floor, measured in the same run as what it is compared with."""

import statistics

from tests.load.baseline.floor import bare_chain
from tests.load.bench.servers import Servers

_WARM_UP = 20
_PASSES_A_SECOND = 25


async def floor_ms(servers: Servers, seconds: float) -> float:
    """Return the median time of one event through the bare chain."""
    async with bare_chain(servers.kafka, servers.command, servers.projector, servers.query) as chain:
        for _ in range(_WARM_UP):
            await chain.pass_one()
        return statistics.median([await chain.pass_one() for _ in range(int(seconds * _PASSES_A_SECOND))]) * 1000

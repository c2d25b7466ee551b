"""Lists: warm, and every query different."""

from tests.load.bench.goals import GOALS
from tests.load.bench.oracle import Oracle
from tests.load.bench.report import Row
from tests.load.bench.requests import different_lists, lists_by_status
from tests.load.bench.rounds import Contestant, alternate, ratio_range
from tests.load.bench.rows.beside_baseline import beside_baseline
from tests.load.bench.world import World

TIMES_WARM, OF_CEILING, TIMES_COLD = 5.0, 0.7, 2.0
COLD_PER_S = 3_000
"""Different queries made for each second of a round; none is asked twice."""


def warm_contestants(world: World, oracle: Oracle) -> dict[str, Contestant]:
    """Return who is asked for the lists that every agent's screen shows."""
    lists = lists_by_status()
    return {
        "ours": Contestant(world.usual.service.port, lambda _: lists, verify=oracle.lists),
        "baseline": Contestant(world.baseline.port, lambda _: lists),
        "ceiling": Contestant(world.ceiling.port, lambda _: lists),
    }


async def list_warm(world: World, oracle: Oracle) -> Row:
    """Measure a list of 20 tickets by status, sorted, while nothing is written."""
    rates = await alternate(warm_contestants(world, oracle), world.size.rounds, world.size.round_s)
    ours, baseline, ceiling = rates["ours"], rates["baseline"], rates["ceiling"]
    ratio, share = ours.median / baseline.median, ours.median / ceiling.median
    return Row(
        "list_warm", ours.median, baseline.median, ceiling.median, ratio, *GOALS["list_warm"],
        met=ratio >= TIMES_WARM and share >= OF_CEILING,
        details={
            "of_ceiling": share,
            "ratio_range": ratio_range(ours, baseline),
            "of_ceiling_range": ratio_range(ours, ceiling),
            **{f"{name}_range": each.range for name, each in rates.items()},
        },
    )  # fmt: skip


def cold_contestants(world: World, oracle: Oracle) -> dict[str, Contestant]:
    """Return who is asked for lists of which no two are alike, the same ones for both."""
    count = int(COLD_PER_S * (world.size.round_s + 1))

    def requests(number: int) -> list[bytes]:
        return different_lists(world.usual.tickets, min(count, 4 * len(world.usual.tickets)), seed=100 + number)

    return {
        "ours": Contestant(world.usual.service.port, requests, verify=oracle.lists),
        "baseline": Contestant(world.baseline.port, requests),
    }


async def list_cold(world: World, oracle: Oracle) -> Row:
    """Measure lists of which no two are alike."""
    return await beside_baseline("list_cold", cold_contestants(world, oracle), world, TIMES_COLD)

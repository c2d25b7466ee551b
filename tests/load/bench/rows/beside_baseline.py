"""The row of a figure that goes by its ratio to the baseline alone."""

from collections.abc import Mapping

from tests.load.bench.goals import GOALS
from tests.load.bench.report import Row
from tests.load.bench.rounds import Contestant, alternate, ratio_range
from tests.load.bench.world import World


async def beside_baseline(name: str, contestants: Mapping[str, Contestant], world: World, times: float) -> Row:
    """Measure `ours` and `baseline` in turn; the goal is met at `times` the baseline's rate."""
    rates = await alternate(contestants, world.size.rounds, world.size.round_s)
    ours, baseline = rates["ours"], rates["baseline"]
    ratio = ours.median / baseline.median
    return Row(
        name, ours.median, baseline.median, None, ratio, *GOALS[name],
        met=ratio >= times,
        details={
            "ratio_range": ratio_range(ours, baseline),
            **{f"{who}_range": each.range for who, each in rates.items()},
        },
    )  # fmt: skip

"""Rounds in turn: whoever shares the machine with a bench disturbs all contestants alike, and a median forgets him."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.load.bench.load import Load, Outcome, run_load

Verify = Callable[[Outcome], Awaitable[None]]


@dataclass(frozen=True)
class Contestant:
    """Who is asked what: `requests` gives those of a round by its number, `verify` raises where an answer is wrong."""

    port: int
    requests: Callable[[int], Sequence[bytes]]
    status: int = 200
    connections: int = 32
    verify: Verify | None = None


@dataclass(frozen=True)
class Rates:
    """Answers a second of each round."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        """Of the rounds."""
        return statistics.median(self.values)

    @property
    def range(self) -> list[float]:
        """The lowest and the highest."""
        return [round(min(self.values), 1), round(max(self.values), 1)]


_SAMPLE_EVERY = 50


async def alternate(contestants: Mapping[str, Contestant], rounds: int, seconds: float) -> dict[str, Rates]:
    """Return the throughput of each contestant at saturation (closed loop), round by round, first each one's first.

    Raises AssertionError where an answer has another status than it should, or is wrong.
    """
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, contestant in contestants.items():
            load = Load(
                contestant.port,
                contestant.requests(number),
                seconds,
                connections=contestant.connections,
                sample_every=_SAMPLE_EVERY,
            )
            outcome = (await run_load(load)).demand(contestant.status)
            if contestant.verify is not None:
                assert outcome.samples, "no answer was kept for checking"
                await contestant.verify(outcome)
            found[name].append(outcome.per_s)
    return {name: Rates(values) for name, values in found.items()}


def ratio_range(ours: Rates, other: Rates) -> list[float]:
    """Return the lowest and the highest ratio of the rounds, each by itself."""
    ratios = [mine / theirs for mine, theirs in zip(ours.values, other.values, strict=True)]
    return [round(min(ratios), 3), round(max(ratios), 3)]

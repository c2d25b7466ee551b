"""How a figure is told: what was measured, beside what it should be."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value and the most that it may be (`at_least`: the least), in one unit."""

    name: str
    value: float
    limit: float
    unit: str = "s"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """True when the value is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "ok" if self.met else "MISSED"
        bound = "at least" if self.at_least else "at most"
        return f"{verdict:7} {self.name}: {self.value:.2f} {self.unit}, {bound} {self.limit:.2f} {self.unit}"


def tell(figures: Sequence[Figure]) -> int:
    """Print the figures; returns 0 when all are met, else 1."""
    for figure in figures:
        say(str(figure))
    return 0 if all(figure.met for figure in figures) else 1


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed; raises IndexError when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

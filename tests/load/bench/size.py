"""How much of everything: the sizes that the table names, or those of QUICK=1."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.incident_log import INCIDENTS

EXPECTED = INCIDENTS.with_name("servicenow-incidents.expected.json")
EXPECTED_QUICK = INCIDENTS.with_name("servicenow-incidents.until-2016-04-01.expected.json")


@dataclass(frozen=True)
class Size:
    """Tickets, rounds and times; seconds."""

    name: str
    small: int
    usual: int
    large: int
    rounds: int
    round_s: float
    step_s: float
    """Of a sweep over rates, and of a try of one rate."""
    slow_s: float
    """Of what is measured once, one request at a time."""
    shares: Sequence[float]
    """Rates of a sweep, as shares of the throughput at saturation."""
    log_until: str | None
    """Rows of the real log after this are left out."""

    @property
    def counts(self) -> tuple[int, ...]:
        """The sizes of read models, each once."""
        return tuple(dict.fromkeys((self.small, self.usual, self.large)))


_MANY, _SOME = (0.2, 0.4, 0.6, 0.75, 0.85, 0.95, 1.05), (0.3, 0.7, 0.95)

FULL = Size(
    "full", 20_000, 200_000, 1_000_000, rounds=5, round_s=6.0, step_s=6.0, slow_s=20.0, shares=_MANY, log_until=None
)
QUICK = Size(
    "quick", 20_000, 200_000, 200_000, rounds=3, round_s=2.0, step_s=2.0, slow_s=6.0, shares=_SOME,
    log_until="2016-04-01T00:00:00Z",
)  # fmt: skip
TINY = Size(
    "tiny", 300, 600, 600, rounds=1, round_s=2.0, step_s=1.0, slow_s=1.0, shares=_SOME,
    log_until="2016-03-02T00:00:00Z",
)  # fmt: skip
"""To see that all of it works, in a minute or two; its figures say nothing."""

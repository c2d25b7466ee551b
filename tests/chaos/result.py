"""What came of a cell, and how it is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.cells import Plan
from tests.chaos.checker.violations import Violation
from tests.chaos.history import Fate, History

SHOWN = 12
"""Violations of a cell that are printed; the rest are counted."""


@dataclass(frozen=True)
class Result:
    """One cell's outcome. `events`: how many of the store were judged, of this cell and of those before it.

    `catch_up` is in s, from when the last stopped part was healthy; None: the read side never caught up.
    """

    plan: Plan
    history: History
    events: int
    violations: Sequence[Violation]
    catch_up: float | None
    took: float

    @property
    def ok(self) -> bool:
        """True when nothing is wrong."""
        return not self.violations

    @property
    def acknowledged(self) -> int:
        """How many commands were."""
        return sum(command.fate is Fate.ACKNOWLEDGED for command in self.history.commands)

    def __str__(self) -> str:
        fates = Counter(command.fate for command in self.history.commands)
        reads = len(self.history.reads)
        caught_up = "never" if self.catch_up is None else f"{self.catch_up:.1f} s"
        lines = [
            f"{'ok    ' if self.ok else 'FAILED'} {self.plan.cell}, seed {self.plan.seed}, {self.took:.0f} s",
            f"       faults: {'; '.join(map(str, self.plan.faults)) or 'none'}",
            f"       commands: {len(self.history.commands)} sent, "
            + ", ".join(f"{fates[fate]} {fate}" for fate in Fate)
            + f"; reads: {reads}; events: {self.events}; caught up after {caught_up}",
        ]
        lines += [f"       {violation}" for violation in self.violations[:SHOWN]]
        if len(self.violations) > SHOWN:
            kinds = Counter(violation.kind.name for violation in self.violations)
            lines.append(f"       {len(self.violations)} in all: {dict(kinds)}")
        return "\n".join(lines)


def summary(results: Sequence[Result], seed: str) -> str:
    """Return the last line of a run."""
    failed = [result.plan.cell for result in results if not result.ok]
    commands = sum(len(result.history.commands) for result in results)
    acknowledged = sum(result.acknowledged for result in results)
    wrong = sum(len(result.violations) for result in results)
    verdict = f"{len(failed)} FAILED ({', '.join(failed)})" if failed else "all ok"
    return (
        f"chaos: {len(results)} cells, {verdict}; seed {seed}; {commands} commands, {acknowledged} acknowledged; "
        f"{wrong} violations"
    )

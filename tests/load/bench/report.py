"""The rows of the table and what is written of them."""

import json
import math
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from tests.load.bench.goals import GOALS
from tests.load.bench.size import Size

BUILD = Path(__file__).parents[3] / "build"
_NAMED = ("fastapi", "uvicorn", "uvloop", "pymongo", "aiokafka", "pydantic")


@dataclass(frozen=True)
class Row:
    """One figure, beside what it is compared with and what it should be.

    `ours`, `baseline` and `ceiling` are medians in `unit`, None where there is none; `ratio` is what the goal is about,
    with its range over the rounds in `details`. `reason` says why a figure is not there.
    """

    id: str
    ours: float | None
    baseline: float | None
    ceiling: float | None
    ratio: float | None
    unit: str
    goal: str
    met: bool
    details: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None

    @classmethod
    def missing(cls, row: str, reason: str) -> "Row":
        """Return a row of which nothing could be measured."""
        return cls(row, None, None, None, None, *GOALS[row], met=False, reason=reason)

    def __str__(self) -> str:
        numbers = "  ".join(
            f"{name} {value:.4g}"
            for name in ("ours", "baseline", "ceiling", "ratio")
            if (value := getattr(self, name)) is not None
        )
        verdict = "ok    " if self.met else "MISSED"
        return f"{verdict} {self.id:17} {numbers} {self.unit}; goal: {self.goal}" + (
            f" ({self.reason})" if self.reason else ""
        )


def write_report(rows: Sequence[Row], more: Mapping[str, Any], size: Size, into: Path = BUILD) -> Path:
    """Write bench.json into the directory; returns its path. `more` are its members beside the rows and the run."""
    into.mkdir(exist_ok=True)
    path = into / "bench.json"
    content = {"rows": [asdict(row) for row in rows], **more, "run": describe_run(size)}
    path.write_text(json.dumps(_finite(content), indent=1, default=str, allow_nan=False) + "\n")
    return path


def _finite(value: Any) -> Any:
    """Return the same with None for what never came to an end: JSON has no infinity, and its readers refuse one."""
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def describe_run(size: Size) -> dict[str, Any]:
    """Return when, on what machine and with what versions this ran."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "size": asdict(size),
        "cores": psutil.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_average": psutil.getloadavg(),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "versions": {name: version(name) for name in _NAMED},
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, timeout=10, check=False
    )
    return done.stdout.strip()


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()

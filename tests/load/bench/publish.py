"""`make bench-docs`: the figures of build/bench.json into docs/benchmarks and README.md: JSON, pictures and table."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.load.bench.plots import draw
from tests.load.bench.report import BUILD
from tests.load.figures import say

ROOT = BUILD.parent
DOCS = ROOT / "docs" / "benchmarks"
PAGES = (DOCS / "README.md", ROOT / "README.md")
_TABLE = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def table(bench: Mapping[str, Any]) -> str:
    """Return the rows as Markdown, with what they were measured on."""
    run = bench["run"]
    lines = ["| id | ours | baseline | ceiling | ratio | unit | goal | |", "|---|--:|--:|--:|--:|---|---|---|"]
    for row in bench["rows"]:
        numbers = " | ".join(_number(row[name]) for name in ("ours", "baseline", "ceiling", "ratio"))
        verdict = "met" if row["met"] else "**missed**"
        goal = f"{row['goal']} ({row['reason']})" if row["reason"] else row["goal"]
        lines.append(f"| `{row['id']}` | {numbers} | {row['unit']} | {goal} | {verdict} |")
    versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
    machine = f"{run['cores']} cores ({run['cpu']}), {run['memory_gb']} GB"
    ran = f"Size {run['size']['name']}, {run['at']}, commit {run['commit']}"
    return "\n".join([*lines, "", f"{ran}; {machine}; Python {run['python']}, {versions}.", ""])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def publish(bench: Path = BUILD / "bench.json") -> None:
    """Write everything that shows the figures of a run."""
    content = json.loads(bench.read_text())
    DOCS.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bench, DOCS / "bench.json")
    for picture in draw(content, DOCS):
        say(f"written: {picture}")
    shown = table(content)
    for page in PAGES:
        page.write_text(_TABLE.sub(lambda found: found[1] + shown + found[2], page.read_text()))
        say(f"written: {page}")


if __name__ == "__main__":
    publish()

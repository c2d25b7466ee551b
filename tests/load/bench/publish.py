"""`make bench-docs`: the figures of build/bench.json into docs/benchmarks and README.md: JSON, pictures and table."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.load.bench.plots import draw
from tests.load.bench.report import BUILD
from tests.load.figures import say

ROOT = BUILD.parent
DOCS = ROOT / "docs" / "benchmarks"
_DELAYS = {
    "read_own_write": "From a command to the answer that shows it to whoever gave it, at 100 commands a second",
    "live": "From a command to whoever listens to the stream, at 200 a second",
}
PAGES = (DOCS / "README.md", ROOT / "README.md", ROOT / "docs" / "when-to-use.md")


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


def cost_table(bench: Mapping[str, Any]) -> str:
    """Return as Markdown what each part has of memory and takes of CPU for a write, and all of a side together."""
    costs = bench["costs"]
    if "reason" in costs:
        return f"Not measured: {costs['reason']}\n"
    sides = [costs["ours"]["parts"], costs["baseline"]["parts"]]
    names = {name: None for parts in sides for name in parts}
    lines = [
        "| | ours: processes | memory, MB | CPU a write, ms | baseline: processes | memory, MB | CPU a write, ms |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(_cost_line(name, [[parts[name]] if name in parts else [] for parts in sides]) for name in names),
        _cost_line("all", [list(parts.values()) for parts in sides]),
    ]
    times = [f"{costs[side][name]:.1f}" for side in ("ours", "baseline") for name in ("p50_ms", "p99_ms")]
    write = (
        f"A write is accepted in {times[0]} ms (p99 {times[1]} ms); by the baseline in {times[2]} ms ({times[3]} ms)."
    )
    delays = [_delay(row, _DELAYS[row["id"]]) for row in bench["rows"] if row["id"] in _DELAYS]
    return "\n".join([*lines, "", f"At {costs['per_s']:g} new tickets a second. {write}", "", *delays, ""])


def _delay(row: Mapping[str, Any], what: str) -> str:
    if row["ours"] is None:
        return f"- {what}: not measured."
    return f"- {what}: {_number(row['ours'])} ms (p99 {_number(row['details']['p99_ms'])} ms)."


def _cost_line(name: str, sides: Sequence[Sequence[Mapping[str, float]]]) -> str:
    cells = [
        f"{len(parts)} | {sum(p['memory_mb'] for p in parts):.0f} | {sum(p['cpu_ms_a_write'] for p in parts):.2f}"
        if parts
        else " | | "
        for parts in sides
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def publish(bench: Path = BUILD / "bench.json") -> None:
    """Write everything that shows the figures of a run."""
    content = json.loads(bench.read_text())
    DOCS.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bench, DOCS / "bench.json")
    for picture in draw(content, DOCS):
        say(f"written: {picture}")
    shown = {"figures": table(content), "costs": cost_table(content)}
    for page in PAGES:
        text = page.read_text()
        for name, lines in shown.items():
            text = _between(name, lines, text)
        page.write_text(text)
        say(f"written: {page}")


def _between(name: str, lines: str, text: str) -> str:
    """Return the text with what stands between its marks of that name replaced, where it has them."""
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return marks.sub(lambda found: found[1] + lines + found[2], text)


if __name__ == "__main__":
    publish()

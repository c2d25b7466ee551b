"""The matrix as a page and a picture, for docs/."""

import os
import platform
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.chaos.picture import picture
from tests.chaos.result import Result, summary

_HEAD = """\
# The fault matrix

Written by `make chaos{long} SEED={seed} REPORT=docs`, which takes {minutes:.0f} minutes here ({machine}). Each cell
puts load on a whole system on real Kafka and MongoDB (single commands, batches and reads of six clients, retries under
the same key), strikes it, waits until all is quiet, and judges every command, every read and the end state, as
tests/chaos describes. The same seed makes the same schedules.

{summary}

What the matrix has found so far, and the commits that mended it: [defects.md](defects.md).

![Time to catch up by cell](chaos.svg)

Sent and acknowledged: commands. To catch up: from the moment when the last part that was struck is healthy again until
all that was stored by then is served, counters included.

| cell | seed | faults | sent | acknowledged | to catch up | verdict |
|---|---|---|---:|---:|---:|---|
"""


def write_report(directory: Path, results: Sequence[Result], seed: str, *, long: bool) -> None:
    """Write chaos.md and chaos.svg into `directory`; whatever was there is replaced."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    head = _HEAD.format(
        long=" LONG=1" if long else "",
        seed=seed,
        minutes=sum(result.took for result in results) / 60,
        machine=machine,
        summary=summary(results, seed),
    )
    ordered = sorted(results, key=lambda result: result.plan.cell)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "chaos.md").write_text(head + "".join(f"{_row(result)}\n" for result in ordered))
    times = {
        cell: [(result.catch_up, result.ok) for result in group]
        for cell, group in groupby(ordered, key=lambda result: result.plan.cell)
    }
    (directory / "chaos.svg").write_text(picture(times))


def _row(result: Result) -> str:
    caught_up = "never" if result.catch_up is None else f"{result.catch_up:.1f} s"
    verdict = "ok" if result.ok else f"**{len(result.violations)} violations**"
    cells = [
        result.plan.cell,
        result.plan.seed,
        "; ".join(map(str, result.plan.faults)) or "none",
        str(len(result.history.commands)),
        str(result.acknowledged),
        caught_up,
        verdict,
    ]
    return f"| {' | '.join(cells)} |"

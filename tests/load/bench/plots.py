"""The pictures of a bench, drawn from its JSON: latency over rate, percentiles over time, throughput over tickets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tests.load.bench.curves import P99_MS

_COLOURS = {"ours": "#1f77b4", "baseline": "#d62728", "ceiling": "#7f7f7f"}
_SAVED = {"bbox_inches": "tight", "metadata": {"Date": None}}
"""Without a date the same figures give the same file."""


def draw(bench: Mapping[str, Any], into: Path) -> list[Path]:
    """Draw what there is into SVG files of the directory; returns their paths."""
    mpl.rcParams["svg.hashsalt"] = "tickets"
    curves, rows = bench["curves"], {row["id"]: row for row in bench["rows"]}
    drawn = []
    if swept := curves.get("latency_over_rate"):
        drawn.append(_latency_over_rate(swept, into / "latency-over-rate.svg"))
    if series := curves.get("over_time"):
        drawn.append(_over_time(series, into / "percentiles-over-time.svg"))
    if throughput := _by_tickets(rows):
        drawn.append(_over_tickets(throughput, into / "throughput-over-tickets.svg"))
    return drawn


def _latency_over_rate(swept: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]], path: Path) -> Path:
    _, axes = plt.subplots(1, len(swept), figsize=(5 * len(swept), 3.6), squeeze=False)
    for ax, (kind, contestants) in zip(axes[0], swept.items(), strict=True):
        for name, points in contestants.items():
            rates = [point["rate"] for point in points]
            ax.plot(rates, [point["p50_ms"] for point in points], color=_COLOURS[name], label=f"{name} p50")
            ax.plot(rates, [point["p99_ms"] for point in points], "--", color=_COLOURS[name], label=f"{name} p99")
        ax.axhline(P99_MS, color="black", linewidth=0.5)
        _label(ax, kind, "requests/s", "latency, ms")
        ax.set_yscale("log")
    return _save(path)


def _over_time(series: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> Path:
    _, ax = plt.subplots(figsize=(8, 3.6))
    for name, points in series.items():
        at = [point["at_s"] for point in points]
        ax.plot(at, [point["p50_ms"] for point in points], color=_COLOURS[name], label=f"{name} p50")
        ax.plot(at, [point["p99_ms"] for point in points], "--", color=_COLOURS[name], label=f"{name} p99")
    _label(ax, "warm lists at 60 % of each one's throughput", "seconds", "latency, ms")
    ax.set_yscale("log")
    return _save(path)


def _by_tickets(rows: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """Return requests/s by what is asked and by tickets, as far as measured."""
    found: dict[str, dict[int, float]] = {}
    for name, rate in rows.get("growth", {}).get("details", {}).get("requests_per_s", {}).items():
        kind, _, count = name.partition(" ")
        found.setdefault(kind, {})[int(count)] = rate
    for count, rate in rows.get("dashboard", {}).get("details", {}).get("requests_per_s", {}).items():
        found.setdefault("dashboard", {})[int(count)] = rate
    return found


def _over_tickets(throughput: Mapping[str, Mapping[int, float]], path: Path) -> Path:
    _, ax = plt.subplots(figsize=(6, 3.6))
    for kind, points in throughput.items():
        ax.plot(list(points), list(points.values()), marker="o", label=kind)
    _label(ax, "query service, one worker", "tickets", "requests/s")
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    return _save(path)


def _label(ax: Axes, title: str, x: str, y: str) -> None:
    ax.set_title(title)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(visible=True, alpha=0.3)
    ax.legend(fontsize="small")


def _save(path: Path) -> Path:
    plt.savefig(path, **_SAVED)
    plt.close()
    return path

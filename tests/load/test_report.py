"""The table and the pictures show what was measured, and say so where nothing was."""

import json
from pathlib import Path

from tests.load.bench.plots import draw
from tests.load.bench.publish import cost_table, table
from tests.load.bench.report import Row, write_report
from tests.load.bench.size import QUICK

ROWS = [
    Row("list_warm", 4_000.0, 500.0, 5_000.0, 8.0, "requests/s", "at least 5 x", met=True),
    Row.missing("live", "there is no GET /stream"),
    Row("read_own_write", 50.1, None, None, 8.0, "ms", "p50 at most 2 x", met=False, details={"p99_ms": 209.2}),
    Row(
        "growth", 900.0, None, None, 0.95, "requests/s", "at least 0.9", met=True,
        details={"requests_per_s": {"list 20000": 950.0, "list 200000": 900.0}},
    ),
]  # fmt: skip
POINTS = [{"rate": 100.0, "p50_ms": 1.0, "p99_ms": 4.0}, {"rate": 200.0, "p50_ms": 2.0, "p99_ms": 60.0}]
CURVES = {
    "latency_over_rate": {"list_warm": {"ours": POINTS, "baseline": POINTS}},
    "over_time": {"ours": [{"at_s": 0.0, "p50_ms": 1.0, "p99_ms": 2.0}]},
}
PARTS = {"memory_mb": 100.4, "cpu_ms_a_write": 1.26}
COSTS = {
    "per_s": 100.0,
    "ours": {"p50_ms": 3.0, "p99_ms": 9.0, "parts": {"command-service": PARTS, "kafka": PARTS}},
    "baseline": {"p50_ms": 4.0, "p99_ms": 9.0, "parts": {"baseline": PARTS}},
}


def test_a_report_is_written_shown_and_drawn(tmp_path: Path) -> None:
    bench = json.loads(write_report(ROWS, {"curves": CURVES, "costs": COSTS}, QUICK, tmp_path).read_text())
    assert {"id", "ours", "baseline", "ceiling", "ratio", "unit", "goal", "met"} <= set(bench["rows"][0])
    assert bench["run"]["size"]["name"] == "quick"
    shown = table(bench)
    assert "| `list_warm` | 4,000 | 500 | 5,000 | 8 | requests/s | at least 5 x | met |" in shown
    assert "(there is no GET /stream) | **missed** |" in shown
    assert "| all | 2 | 201 | 2.52 | 1 | 100 | 1.26 |" in cost_table(bench)
    assert "100 commands a second: 50.1 ms (p99 209 ms)." in cost_table(bench)
    assert "at 200 a second: not measured." in cost_table(bench)
    assert all(path.read_text().startswith("<?xml") for path in draw(bench, tmp_path))
    assert {path.name for path in tmp_path.glob("*.svg")} == {
        "latency-over-rate.svg",
        "percentiles-over-time.svg",
        "throughput-over-tickets.svg",
    }


def test_a_row_says_its_verdict() -> None:
    assert str(ROWS[0]).startswith("ok     list_warm")
    assert "there is no GET /stream" in str(ROWS[1])


def test_what_never_ended_is_no_number_that_readers_of_json_refuse(tmp_path: Path) -> None:
    tried = [{"rate": 2_000.0, "lag_s": float("inf"), "p99_ms": float("inf")}]
    row = Row("create", 400.0, 1_000.0, None, 0.4, "requests/s", "at least 2 x", met=False, details={"tried": tried})
    written = write_report([row], {}, QUICK, tmp_path).read_text()
    assert "Infinity" not in written
    assert json.loads(written)["rows"][0]["details"]["tried"] == [{"rate": 2_000.0, "lag_s": None, "p99_ms": None}]

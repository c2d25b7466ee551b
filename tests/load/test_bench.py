"""bench.json is of this run, whatever became of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.load.bench import __main__ as bench
from tests.load.bench.goals import GOALS


@contextmanager
def _no_servers(_: object) -> Iterator[None]:
    raise RuntimeError("no broker")
    yield


def test_a_run_without_servers_leaves_a_file_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bench.json").write_text('{"rows": "of the last run"}')
    monkeypatch.setattr(bench, "bench_servers", _no_servers)
    monkeypatch.setattr(bench, "chosen_kind", lambda _: "local")
    monkeypatch.setattr(sys, "argv", ["bench", "--size", "tiny", "--into", str(tmp_path)])
    assert bench.main() == 1
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert [row["id"] for row in rows] == list(GOALS)
    assert {(row["met"], row["reason"]) for row in rows} == {(False, "RuntimeError: no broker")}

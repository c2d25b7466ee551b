"""The page and the picture say what came of the cells."""

from pathlib import Path
from xml.etree import ElementTree as ET

from tests.chaos.cells import planned
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.history import Accepted, Attempt, Command, History
from tests.chaos.report import write_report
from tests.chaos.result import Result

COMMAND = Command("k", "c", "CreateTicket", None, {}, attempts=[Attempt(0.0, 1.0, Accepted("t", 1, "open"))])


def _result(cell: str, *violations: Violation, catch_up: float | None = 1.5) -> Result:
    return Result(planned(cell, "7.0"), History([COMMAND]), 1, violations, catch_up, took=60.0)


def test_each_cell_has_its_row_and_its_dot(tmp_path: Path) -> None:
    failed = _result("kill-kafka", Violation(Kind.LOST, "k", "gone"), catch_up=None)
    write_report(tmp_path, [_result("calm"), _result("calm"), failed], "7", long=True)
    page = (tmp_path / "chaos.md").read_text()
    assert "| calm | 7.0 | none | 1 | 1 | 1.5 s | ok |" in page
    assert "| 1 | 1 | never | **1 violations** |" in page
    assert "3 cells, 1 FAILED (kill-kafka)" in page
    assert "make chaos LONG=1 SEED=7" in page
    assert "takes 3 minutes" in page
    drawn = ET.fromstring((tmp_path / "chaos.svg").read_text())  # noqa: S314 - we wrote it
    dots = drawn.findall("{http://www.w3.org/2000/svg}circle")
    assert len(dots) == 3
    assert len({dot.get("fill") for dot in dots}) == 2

"""Tables for operators: what stands in them is whole on every screen, and steers no terminal."""

from datetime import UTC, datetime

import pytest

from projector_service.cli.output import show_table

TICKET = "0190d5a0-0000-7000-8000-000000000001"
SINCE = datetime(2024, 5, 1, tzinfo=UTC)
COLUMNS = ("ticket", "parked since", "version", "waiting", "why")
WHY = "gap: version 9 came before version 7"


@pytest.mark.parametrize("width", ["40", "80", "300"])
@pytest.mark.parametrize("terminal", [True, False], ids=["on a terminal", "into a pipe"])
def test_ids_and_numbers_are_never_cut(
    width: str, terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TTY_COMPATIBLE", "1" if terminal else "0")
    show_table(COLUMNS, [(TICKET, SINCE, 12_345, 67_890, WHY)])
    shown = capsys.readouterr().out
    for word in (TICKET, "2024-05-01T00:00:00Z", "12345", "67890", "gap:"):
        assert word in shown
    assert (WHY in shown) == (not terminal or width == "300")


def test_an_empty_table_has_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(COLUMNS, [])
    assert "parked since" in capsys.readouterr().out


def test_what_a_message_says_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("why",), [("unknown-type: \x1b[2J\x07\u202e\n",), ("caf\u00e9 \U0001f4a9",)])
    shown = capsys.readouterr().out
    assert r"\x1b[2J\x07\u202e\n" in shown
    assert "caf\u00e9 \U0001f4a9" in shown

"""The README's code, exactly as it stands there, on a read side that shows only what it is asked to wait for."""

import re
from pathlib import Path
from types import CodeType

import pytest

from client.tests.fake_http import fake_services
from client.tests.fake_tickets import FakeTickets
from client.tests.served import served

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
CREATES = [example for example in EXAMPLES if "create_ticket" in example]
(TAKES_OVER,) = (example for example in EXAMPLES if "create_ticket" not in example)


def run(code: str, monkeypatch: pytest.MonkeyPatch, tickets: FakeTickets) -> None:
    """Run an example against services that the environment names."""
    compiled: CodeType = compile(code, str(README), "exec")
    with served(fake_services(tickets, lagging="create_ticket" in code)) as url:
        monkeypatch.setenv("TICKETS_COMMAND_URL", url)
        monkeypatch.setenv("TICKETS_QUERY_URL", url)
        exec(compiled, {"__name__": "__main__"})  # noqa: S102 - our own README


@pytest.mark.parametrize("code", CREATES, ids=["async", "blocking"])
def test_about_ten_lines_create_a_ticket_and_read_it_back(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets = FakeTickets()
    run(code, monkeypatch, tickets)
    assert capsys.readouterr().out == "Printer on fire open 1\n"
    assert [one["priority"] for one in tickets.documents.values()] == ["urgent"]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10


def test_whoever_takes_a_ticket_over_takes_it_at_the_version_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets = FakeTickets()
    run(CREATES[1], monkeypatch, tickets)
    run(TAKES_OVER, monkeypatch, tickets)
    assert capsys.readouterr().out == "Printer on fire open 1\ntook Printer on fire\n"
    assert [one["assignee"] for one in tickets.documents.values()] == ["bob"]

"""The shipped log against both expected files: all figures, without a server."""

import json
from pathlib import Path
from typing import Any

import pytest

from client.tests.fake_http import fake_services
from client.tests.fake_tickets import FakeTickets
from ticket_client.checks.differences import import_differences, read_side_differences
from ticket_client.checks.figures import read_figures
from ticket_client.commands import CommandService
from ticket_client.incidents.log import read_log
from ticket_client.incidents.report import Report
from ticket_client.incidents.send import import_log
from ticket_client.queries import QueryService

DATA = Path(__file__).parents[2] / "examples" / "data"
LOG = DATA / "servicenow-incidents.csv.gz"
UNTIL = "2016-04-01T00:00:00Z"
UNTIL_FIGURES = "servicenow-incidents.until-2016-04-01.expected.json"


def expected(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / name).read_text())
    return document


async def run_import(tickets: FakeTickets, until: str | None) -> Report:
    async with CommandService("http://commands", transport=fake_services(tickets)) as commands:
        return await import_log(read_log(LOG, until), commands)


async def figures(tickets: FakeTickets) -> dict[str, Any]:
    async with QueryService("http://queries", transport=fake_services(tickets)) as queries:
        return await read_figures(queries)


@pytest.mark.parametrize(
    ("until", "name"),
    [
        (UNTIL, UNTIL_FIGURES),
        (None, "servicenow-incidents.expected.json"),
    ],
)
async def test_all_figures_come_out(until: str | None, name: str) -> None:
    tickets = FakeTickets()
    report = await run_import(tickets, until)
    assert import_differences(expected(name), report.as_json()) == []
    assert read_side_differences(expected(name), await figures(tickets)) == []


async def test_a_part_then_more_of_it_then_the_same_again_adds_nothing_twice() -> None:
    tickets = FakeTickets()
    await run_import(tickets, "2016-03-15T12:00:00Z")
    once = await run_import(tickets, UNTIL)
    stored = tickets.events
    again = await run_import(tickets, UNTIL)
    assert tickets.events == stored
    assert import_differences(once.as_json(), again.as_json()) == []
    assert read_side_differences(expected(UNTIL_FIGURES), await figures(tickets)) == []

"""The shipped log against both expected files: all figures, without a server."""

import json
from pathlib import Path
from typing import Any

from client.tests.fake_http import fake_services
from client.tests.fake_tickets import FakeTickets
from ticket_client.checks.differences import import_differences, read_side_differences
from ticket_client.checks.figures import read_figures
from ticket_client.commands import CommandService
from ticket_client.incidents.log import Log, read_log
from ticket_client.incidents.report import Report
from ticket_client.incidents.send import import_log
from ticket_client.queries import QueryService

DATA = Path(__file__).parents[2] / "examples" / "data"
LOG = DATA / "servicenow-incidents.csv.gz"
UNTIL = "2016-04-01T00:00:00Z"
UNTIL_FIGURES = "servicenow-incidents.until-2016-04-01.expected.json"
WHOLE_FIGURES = "servicenow-incidents.expected.json"


def expected(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / name).read_text())
    return document


async def run_import(tickets: FakeTickets, log: Log) -> Report:
    async with CommandService("http://commands", transport=fake_services(tickets)) as commands:
        return await import_log(log, commands)


async def figures(tickets: FakeTickets) -> dict[str, Any]:
    async with QueryService("http://queries", transport=fake_services(tickets)) as queries:
        return await read_figures(queries)


async def test_all_figures_come_out() -> None:
    tickets = FakeTickets()
    report = await run_import(tickets, read_log(LOG, None))
    assert import_differences(expected(WHOLE_FIGURES), report.as_json()) == []
    assert read_side_differences(expected(WHOLE_FIGURES), await figures(tickets)) == []


async def test_a_part_then_more_of_it_then_the_same_again_adds_nothing_twice() -> None:
    tickets = FakeTickets()
    await run_import(tickets, read_log(LOG, "2016-03-15T12:00:00Z"))
    more = read_log(LOG, UNTIL)
    for _ in range(2):
        report = await run_import(tickets, more)
        assert import_differences(expected(UNTIL_FIGURES), report.as_json()) == []
        assert tickets.events == expected(UNTIL_FIGURES)["events"]
    assert read_side_differences(expected(UNTIL_FIGURES), await figures(tickets)) == []

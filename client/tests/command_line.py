"""`tickets` on services in memory."""

import json
from pathlib import Path
from typing import Any

import httpx2
from typer.testing import CliRunner, Result

from client.tests.fake_http import fake_services
from client.tests.fake_tickets import FakeTickets
from client.tests.made_up_logs import cells, csv_of, states
from ticket_client.checks.digest import sorted_lines, ticket_digest
from ticket_client.cli.app import app

CLOSED_TOO_EARLY = states("Active", "Closed", "Active")


class CommandLine:
    """`tickets` on services in memory; a transport can be put in their place."""

    def __init__(self, folder: Path) -> None:
        self.tickets = FakeTickets()
        self.transport: httpx2.AsyncBaseTransport = fake_services(self.tickets)
        self.folder = folder
        self.log = folder / "log.csv"
        self.log.write_text(csv_of(*CLOSED_TOO_EARLY, cells(number="0000002")))

    def __call__(self, *arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], obj=self.transport, input=stdin)

    def json(self, *arguments: object, stdin: str | None = None) -> Any:
        result = self(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def digest(self) -> str:
        return ticket_digest(sorted_lines(self.tickets.documents.values()))

"""`tickets demo`: the main job on real data, every figure checked."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from ticket_client.checks.differences import import_differences
from ticket_client.cli import dashboard
from ticket_client.cli.digest import catch_up
from ticket_client.cli.import_log import replay, show_report
from ticket_client.cli.options import CATCH_UP, Timeout
from ticket_client.cli.output import countdown
from ticket_client.cli.stack import Stack, run
from ticket_client.cli.verify import read_expected, read_side, refuse
from ticket_client.errors import UnreachableError
from ticket_client.incidents.report import Report

LOG = "servicenow-incidents.csv.gz"
WHOLE = "servicenow-incidents.expected.json"
PART = "servicenow-incidents.until-2016-04-01.expected.json"
READY_SECONDS = 120.0
READY_POLL = 0.25

Full = Annotated[bool, typer.Option("--full", help="Import the whole log, not only up to 2016-04-01.")]
Data = Annotated[
    Path, typer.Option("--data", exists=True, file_okay=False, help="Where the log and what must come out lie.")
]


def command(stack: Stack, full: Full = False, data: Data = Path("examples/data"), timeout: Timeout = CATCH_UP) -> None:
    """Import the shipped log, wait for the read side and check every figure. Wants a stack without tickets."""
    expected_file = data / (WHOLE if full else PART)
    expected = read_expected(expected_file)
    run(_wait_until_ready(stack))
    report = run(replay(stack, data / LOG, expected["until"]))
    show_report(report)
    started = monotonic()
    run(catch_up(stack, timeout))
    _show_times(report, monotonic() - started)
    found = import_differences(expected, report.as_json()) + run(read_side(stack, expected))
    if found:
        raise refuse(found)
    typer.echo(f"Every figure is equal to {expected_file}, digest {expected['ticket_digest']}.\n")
    run(_show_dashboard(stack))
    _say_where_to_go(stack)


async def _wait_until_ready(stack: Stack) -> None:
    end = monotonic() + READY_SECONDS
    with countdown("Waiting for the services") as left:
        async with stack.session() as session:
            while waiting := [one.url for one in (session.commands, session.queries) if not await one.ready()]:
                if monotonic() > end:
                    raise UnreachableError(f"not ready after {READY_SECONDS:.0f} s: {', '.join(waiting)}")
                left(len(waiting))
                await asyncio.sleep(READY_POLL)


def _show_times(report: Report, catching_up: float) -> None:
    seconds = report.seconds + catching_up
    typer.echo(
        f"Import {report.seconds:.1f} s, read side caught up {catching_up:.1f} s later: "
        f"{report.events.total():,} events from HTTP to the query database in {seconds:.1f} s "
        f"({report.events.total() / seconds:,.0f} a second)."
    )


async def _show_dashboard(stack: Stack) -> None:
    async with stack.session() as session:
        dashboard.show(await session.queries.dashboard())


def _say_where_to_go(stack: Stack) -> None:
    commands, queries = stack.command_url.rstrip("/"), stack.query_url.rstrip("/")
    typer.echo(f"""
Where to go next:

  {commands}/docs   what can be commanded
  {queries}/docs   what can be asked

  export TICKETS_COMMAND_URL={commands} TICKETS_QUERY_URL={queries}
  .venv/bin/tickets show 0007432
  .venv/bin/tickets dashboard --json
  .venv/bin/tickets digest
  curl '{queries}/tickets?status=waiting&priority=urgent&limit=3'
""")

"""`tickets import`: send an incident log as commands."""

from pathlib import Path

import typer

from ticket_client.cli.options import Json, LogFile, Until
from ticket_client.cli.output import counted, progress, show_json, show_table
from ticket_client.cli.stack import Stack, run
from ticket_client.incidents.log import read_log
from ticket_client.incidents.report import Report
from ticket_client.incidents.send import PATIENCE, import_log
from ticket_client.incidents.stamps import parse_until


def command(stack: Stack, log: LogFile, until: Until = None, as_json: Json = False) -> None:
    """Import an incident log. Running it again changes nothing, and reports the same.

    Rejected commands are a result and no failure: they are listed, and the exit code is 0.
    """
    report = run(replay(stack, log, _checked(until)))
    if as_json:
        show_json(report.as_json())
    else:
        show_report(report)


async def replay(stack: Stack, path: Path, until: str | None) -> Report:
    """Read the log and send what it wants, with progress bars."""
    with progress("Reading rows") as step:
        log = read_log(path, until, lambda _: step(1))
    async with stack.session() as session:
        # Nobody there at all is said soon; the long patience below is for a service that goes away.
        await session.commands.freshness()
    with progress("Importing rows", log.rows) as step:
        async with stack.session(PATIENCE) as session:
            return await import_log(log, session.commands, on_rows=step)


def show_report(report: Report) -> None:
    """Say what the import did, with every rejected command."""
    events = report.events.total()
    what = f"{counted(report.rows, 'row')} of {counted(report.tickets, 'ticket')}: {counted(events, 'event')}"
    typer.echo(f"{what} in {report.seconds:.1f} s, those that an earlier run had stored counted with them")
    show_table("Events", ("type", "events"), sorted(report.events.items()))
    if report.rejected:
        show_table("Rejected commands", ("number", "row", "command", "reason"), report.rejected)


def _checked(until: str | None) -> str | None:
    try:
        return None if until is None else parse_until(until)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from error

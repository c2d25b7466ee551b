"""`projector parked`: tickets that wait because a message of theirs could not be folded."""

import typer

from projector_service.adapters.parking import ParkingStore
from projector_service.cli.running import run
from projector_service.settings import Settings
from ticket_chassis.mongo import connect, database

app = typer.Typer(help="Tickets that wait because a message of theirs could not be folded.", no_args_is_help=True)


@app.callback()
def parked() -> None:
    """Tickets that wait because a message of theirs could not be folded."""


@app.command("list")
def list_parked() -> None:
    """List the parked tickets, those that wait longest first."""
    for ticket_id, reason in run(_parked):
        typer.echo(f"{ticket_id}  {reason}")


async def _parked(settings: Settings) -> list[tuple[str, str]]:
    async with connect(settings) as client:
        return await ParkingStore(database(client, settings)).tickets()

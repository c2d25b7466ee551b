"""`projector parked`: tickets that wait because a message of theirs could not be folded."""

import typer

from projector_service.cli import drop, list_parked, redrive, show_parked

app = typer.Typer(help="Tickets that wait because a message of theirs could not be folded.", no_args_is_help=True)

app.command("list")(list_parked.command)
app.command("show")(show_parked.command)
app.command("redrive")(redrive.command)
app.command("drop")(drop.command)

"""Every command of `projector`, on one screen."""

import typer

from projector_service.cli import parked, rebuild

EXIT_CODES = (
    "Exit codes: 0 done · 1 a ticket is still parked, or there is no such ticket · 2 wrong usage or environment · "
    "3 MongoDB or Kafka does not answer · 4 the projector did not come to it in time"
)

app = typer.Typer(
    name="projector",
    help="What operators of the projector-service do. Takes the service's own environment (MONGO_URI, ...).",
    epilog=EXIT_CODES,
    no_args_is_help=True,
)

app.add_typer(parked.app, name="parked")
app.add_typer(rebuild.app, name="rebuild")

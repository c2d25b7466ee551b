"""Every command of `command`, on one screen."""

import typer

from command_service.cli import republish, restore_from_kafka

EXIT_CODES = (
    "Exit codes: 0 done · 1 not done: what the command says must be cleared up first · 2 wrong usage or environment · "
    "3 MongoDB or Kafka does not answer"
)

app = typer.Typer(
    name="command",
    help="What operators of the command-service do. Takes the service's own environment (MONGO_URI, ...).",
    epilog=EXIT_CODES,
    no_args_is_help=True,
)

app.command("republish")(republish.command)
app.command("restore-from-kafka")(restore_from_kafka.command)

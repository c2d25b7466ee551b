"""Every command of `tickets`, on one screen."""

from typing import Annotated

import typer

from ticket_client.cli import dashboard, demo, digest, export, import_log, show, verify
from ticket_client.cli.stack import Stack

EXIT_CODES = (
    "Exit codes: 0 done · 1 a figure differs, or no such ticket · 2 wrong usage or an unusable file · "
    "3 a service does not answer or refused · 4 the read side did not catch up in time"
)

app = typer.Typer(
    name="tickets", help="Support tickets from the command line.", epilog=EXIT_CODES, no_args_is_help=True
)

CommandUrl = Annotated[str, typer.Option(envvar="TICKETS_COMMAND_URL", help="Where the command-service answers.")]
QueryUrl = Annotated[str, typer.Option(envvar="TICKETS_QUERY_URL", help="Where the query-service answers.")]


@app.callback()
def root(
    context: typer.Context,
    command_url: CommandUrl = "http://127.0.0.1:8001",
    query_url: QueryUrl = "http://127.0.0.1:8002",
) -> None:
    """Support tickets from the command line. Without options it talks to the stack that `make up` started."""
    context.obj = Stack(command_url.rstrip("/"), query_url.rstrip("/"), transport=context.obj)


app.command("import")(import_log.command)
app.command("export")(export.command)
app.command("digest")(digest.command)
app.command("dashboard")(dashboard.command)
app.command("show")(show.command)
app.command("verify")(verify.command)
app.command("demo")(demo.command)

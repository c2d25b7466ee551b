"""Every command of `tickets`, on one screen."""

from typing import Annotated

import typer

from ticket_client.cli import (
    create,
    dashboard,
    demo,
    digest,
    export,
    import_log,
    list_tickets,
    note,
    reply,
    set_ticket,
    show,
    verify,
    watch,
)
from ticket_client.cli.on_stack import on_stack
from ticket_client.cli.stack import Stack, address
from ticket_client.session import COMMAND_URL, DEFAULT_COMMAND_URL, DEFAULT_QUERY_URL, QUERY_URL

EXIT_CODES = (
    "Exit codes: 0 done · 1 a figure differs, or no such ticket · 2 wrong usage, also where only the service can tell, "
    "or an unusable file · 3 a service does not answer or refused · 4 the read side did not catch up in time"
)

app = typer.Typer(
    name="tickets", help="Support tickets from the command line.", epilog=EXIT_CODES, no_args_is_help=True
)


@app.callback()
def root(
    context: typer.Context,
    command_url: Annotated[
        str,
        typer.Option(envvar=COMMAND_URL, metavar="URL", callback=address, help="Where the command-service answers."),
    ] = DEFAULT_COMMAND_URL,
    query_url: Annotated[
        str, typer.Option(envvar=QUERY_URL, metavar="URL", callback=address, help="Where the query-service answers.")
    ] = DEFAULT_QUERY_URL,
) -> None:
    """Support tickets from the command line. Without options it talks to the stack that `make up` started."""
    context.obj = Stack(command_url, query_url, transport=context.obj)


app.command("create")(on_stack(create.command))
app.command("set")(on_stack(set_ticket.command))
app.command("note")(on_stack(note.command))
app.command("reply")(on_stack(reply.command))
app.command("list")(on_stack(list_tickets.command))
app.command("show")(on_stack(show.command))
app.command("watch")(on_stack(watch.command))
app.command("dashboard")(on_stack(dashboard.command))
app.command("import")(on_stack(import_log.command))
app.command("export")(on_stack(export.command))
app.command("digest")(on_stack(digest.command))
app.command("verify")(on_stack(verify.command))
app.command("demo")(on_stack(demo.command))

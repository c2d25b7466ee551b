"""The end of every command that changes a ticket: what was accepted, and that the read side shows it."""

import typer

from ticket_client.cli.output import show_json
from ticket_client.errors import ClientError
from ticket_client.models import Accepted
from ticket_client.session import Session


async def until_shown(session: Session, accepted: Accepted) -> Accepted:
    """Wait until the next command, of this process or another, reads the change; returns `accepted`.

    A read side that is away or behind is no failure, for the change is stored: it is only said on stderr. Otherwise
    a script would send the command again.
    """
    try:
        await session.queries.ticket(accepted.id)
    except ClientError as error:
        typer.echo(f"tickets: accepted, but reads do not show it yet: {error}", err=True)
    return accepted


def show(accepted: Accepted, *, as_json: bool) -> None:
    """Print where the ticket stands now."""
    if as_json:
        show_json(accepted)
    else:
        typer.echo(f"{accepted.id}  {accepted.status}, version {accepted.version}")

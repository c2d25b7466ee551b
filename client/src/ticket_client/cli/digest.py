"""`tickets digest`: one hash over all imported tickets."""

import typer

from ticket_client.catch_up import caught_up
from ticket_client.checks.figures import Tickets, read_tickets
from ticket_client.cli.options import CATCH_UP, Json, Timeout
from ticket_client.cli.output import countdown, progress, show_json
from ticket_client.cli.stack import Stack, run


def command(stack: Stack, timeout: Timeout = CATCH_UP, as_json: Json = False) -> None:
    """Wait until the read side holds all that is stored, then print the digest of all tickets with an external id.

    After an import it is that of the log: compare it with `ticket_digest` in the log's expected.json
    (examples/data/*.expected.json); `verify` compares that and all other figures.
    """
    tickets = run(_digest(stack, timeout))
    if as_json:
        show_json({"ticket_digest": tickets.digest, "tickets": tickets.total})
    else:
        typer.echo(tickets.digest)


async def _digest(stack: Stack, timeout: float) -> Tickets:
    await catch_up(stack, timeout)
    with progress("Reading tickets") as step:
        async with stack.session() as session:
            return await read_tickets(session.queries, step)


async def catch_up(stack: Stack, timeout: float) -> None:
    """Wait for the read side, saying on stderr what it still lacks. Raises NotCaughtUpError."""
    with countdown("Waiting for the read side") as left:
        async with stack.session() as session:
            await caught_up(session.commands, session.queries, timeout, left)

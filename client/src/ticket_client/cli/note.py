"""`tickets note`: what the customer never sees."""

from typing import Annotated

import typer

from ticket_client.cli.changed import show, until_shown
from ticket_client.cli.found import the_one
from ticket_client.cli.options import Json, Key, Text, TicketName, said
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Accepted

Author = Annotated[str | None, typer.Option("--author", metavar="NAME", help="Who says so.")]


def command(
    stack: Stack, name: TicketName, note: Text, author: Author = None, key: Key = None, as_json: Json = False
) -> None:
    """Add an agent's note to a ticket."""

    async def add() -> Accepted:
        async with stack.session() as session:
            ticket_id = await the_one(session.queries, name)
            accepted = await session.commands.add_agent_note(ticket_id, said(note), author, key=key)
            return await until_shown(session, accepted)

    show(run(add()), as_json=as_json)

"""`tickets reply`: what the customer, or an agent to the customer, says."""

from typing import Annotated

import typer

from ticket_client.cli.changed import show, until_shown
from ticket_client.cli.found import the_one
from ticket_client.cli.options import Json, Key, Text, TicketName, said
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Accepted
from ticket_client.values import Author

By = Annotated[Author, typer.Option("--author", help="Which side says so.")]


def command(stack: Stack, name: TicketName, message: Text, author: By, key: Key = None, as_json: Json = False) -> None:
    """Add a reply to a ticket, which its customer sees."""

    async def add() -> Accepted:
        async with stack.session() as session:
            ticket_id = await the_one(session.queries, name)
            accepted = await session.commands.add_reply(ticket_id, author, said(message), key=key)
            return await until_shown(session, accepted)

    show(run(add()), as_json=as_json)

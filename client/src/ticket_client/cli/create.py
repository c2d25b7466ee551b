"""`tickets create`: a new ticket."""

from typing import Annotated

import typer

from ticket_client.cli.changed import show, until_shown
from ticket_client.cli.options import Json, Key, Message, said
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Accepted
from ticket_client.values import Channel, Priority

Customer = Annotated[str, typer.Option("--customer", metavar="ID", help="The customer's id.")]
Contact = Annotated[str | None, typer.Option("--contact", metavar="ADDRESS", help="Where to reach the customer.")]
Subject = Annotated[str, typer.Option("--subject", metavar="TEXT", help="What it is about, in one line.")]
Urgency = Annotated[Priority, typer.Option("--priority", help="How urgent it is.")]
Way = Annotated[Channel, typer.Option("--channel", help="How it came in.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; again for more.")]
ExternalId = Annotated[str | None, typer.Option("--external-id", metavar="ID", help="Its number in another system.")]


def command(
    stack: Stack,
    message: Message,
    customer: Customer,
    subject: Subject,
    priority: Urgency = "normal",
    channel: Way = "web",
    tags: Tags = None,
    external_id: ExternalId = None,
    contact: Contact = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Create a ticket."""

    async def create() -> Accepted:
        async with stack.session() as session:
            accepted = await session.commands.create_ticket(
                customer,
                subject,
                said(message),
                priority=priority,
                channel=channel,
                tags=tags or (),
                external_id=external_id,
                customer_contact=contact,
                key=key,
            )
            return await until_shown(session, accepted)

    show(run(create()), as_json=as_json)

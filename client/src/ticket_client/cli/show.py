"""`tickets show`: one ticket and its history."""

import typer

from ticket_client.cli.found import found
from ticket_client.cli.options import Json, TicketName
from ticket_client.cli.output import show_indented, show_json, show_table, text
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Ticket, TimelineEntry
from ticket_client.queries import QueryService

CREATION = "TicketCreated"
"""Its data are the ticket's fields, which stand above already."""

Shown = tuple[Ticket, list[TimelineEntry]]


def command(stack: Stack, name: TicketName, as_json: Json = False) -> None:
    """Show a ticket and everything that happened to it.

    --json prints one object, {"ticket", "timeline"}; an array of them where several tickets have the external id.
    """
    histories = run(_read(stack, name))
    if as_json:
        documents = [{"ticket": ticket, "timeline": timeline} for ticket, timeline in histories]
        show_json(documents[0] if len(documents) == 1 else documents)
        return
    for ticket, timeline in histories:
        _show(ticket, timeline)


async def _read(stack: Stack, name: str) -> list[Shown]:
    async with stack.session() as session:
        return [await _one(session.queries, ticket_id) for ticket_id in await found(session.queries, name)]


async def _one(queries: QueryService, ticket_id: str) -> Shown:
    return await queries.ticket(ticket_id), [entry async for entry in queries.timeline(ticket_id)]


def _show(ticket: Ticket, timeline: list[TimelineEntry]) -> None:
    fields = ticket.model_dump(exclude={"recent", "preview"}, exclude_none=True)
    show_table(ticket.subject, ("field", "value"), ((name, text(value)) for name, value in fields.items()))
    typer.echo("\nTimeline")
    for entry in timeline:
        internal = ", internal" if entry.visibility == "internal" else ""
        typer.echo(f"{entry.version:>4}  {text(entry.occurred_at)}  {entry.type}{internal}")
        if entry.type != CREATION:
            for name, value in entry.data.items():
                if value not in (None, []):
                    show_indented(f"{name}: {text(value)}")

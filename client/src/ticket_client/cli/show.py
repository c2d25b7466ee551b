"""`tickets show`: one ticket and its history."""

from typing import Annotated
from uuid import UUID

import typer

from ticket_client.cli.options import Json
from ticket_client.cli.output import show_json, show_table, text
from ticket_client.cli.stack import Exit, Stack, run, stop
from ticket_client.models import Ticket, TimelineEntry
from ticket_client.queries import QueryService

TicketId = Annotated[str, typer.Argument(metavar="ID", help="A ticket's id, or its external id (an incident number).")]
Shown = tuple[Ticket, list[TimelineEntry]]


def command(stack: Stack, name: TicketId, as_json: Json = False) -> None:
    """Show a ticket and everything that happened to it."""
    found = run(_read(stack, name))
    if not found:
        raise stop(Exit.NO, f"no ticket has the external id {name}")
    if as_json:
        show_json([{"ticket": ticket, "timeline": timeline} for ticket, timeline in found])
        return
    for ticket, timeline in found:
        _show(ticket, timeline)


async def _read(stack: Stack, name: str) -> list[Shown]:
    async with stack.queries() as queries:
        ids = [name] if _is_id(name) else [one.id async for one in queries.tickets(external_id=name)]
        return [await _one(queries, ticket_id) for ticket_id in ids]


async def _one(queries: QueryService, ticket_id: str) -> Shown:
    return await queries.ticket(ticket_id), [entry async for entry in queries.timeline(ticket_id)]


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _show(ticket: Ticket, timeline: list[TimelineEntry]) -> None:
    fields = ticket.model_dump(exclude={"recent"}, exclude_none=True)
    show_table(ticket.subject, ("field", "value"), ((name, text(value)) for name, value in fields.items()))
    steps = ((str(one.version), one.occurred_at, one.type, one.visibility, _data(one)) for one in timeline)
    show_table("Timeline", ("version", "occurred", "event", "visibility", "data"), steps)


def _data(entry: TimelineEntry) -> str:
    return ", ".join(f"{name}: {text(value)}" for name, value in entry.data.items() if value not in (None, []))

"""`tickets show`: one ticket and its history."""

from ticket_client.cli.found import found
from ticket_client.cli.options import Json, TicketName
from ticket_client.cli.output import show_json, show_table, text
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Ticket, TimelineEntry
from ticket_client.queries import QueryService

Shown = tuple[Ticket, list[TimelineEntry]]


def command(stack: Stack, name: TicketName, as_json: Json = False) -> None:
    """Show a ticket and everything that happened to it."""
    histories = run(_read(stack, name))
    if as_json:
        show_json([{"ticket": ticket, "timeline": timeline} for ticket, timeline in histories])
        return
    for ticket, timeline in histories:
        _show(ticket, timeline)


async def _read(stack: Stack, name: str) -> list[Shown]:
    async with stack.session() as session:
        return [await _one(session.queries, ticket_id) for ticket_id in await found(session.queries, name)]


async def _one(queries: QueryService, ticket_id: str) -> Shown:
    return await queries.ticket(ticket_id), [entry async for entry in queries.timeline(ticket_id)]


def _show(ticket: Ticket, timeline: list[TimelineEntry]) -> None:
    fields = ticket.model_dump(exclude={"recent"}, exclude_none=True)
    show_table(ticket.subject, ("field", "value"), ((name, text(value)) for name, value in fields.items()))
    steps = ((str(one.version), one.occurred_at, one.type, one.visibility, _data(one)) for one in timeline)
    show_table("Timeline", ("version", "occurred", "event", "visibility", "data"), steps)


def _data(entry: TimelineEntry) -> str:
    return ", ".join(f"{name}: {text(value)}" for name, value in entry.data.items() if value not in (None, []))

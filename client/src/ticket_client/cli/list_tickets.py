"""`tickets list`: the tickets that pass some filters."""

from contextlib import aclosing
from typing import Annotated, cast

import typer

from ticket_client.cli.filter_options import (
    Channels,
    Customer,
    ExternalId,
    Note,
    Priorities,
    Speaker,
    Statuses,
    Tags,
    Text,
    Time,
    those_given,
)
from ticket_client.cli.options import Json, flag
from ticket_client.cli.output import counted, screen_width, show_json, show_table, text
from ticket_client.cli.stack import Stack, run
from ticket_client.filters import TicketFilters
from ticket_client.models import TicketItem
from ticket_client.queries import PAGE_LIMIT
from ticket_client.values import Sort

SHOWN = 20
SKIP_MAX = 10_000
"""The most that the service leaves out; --all and a filter go further."""
WIDE = 120
"""Columns of a screen from which on a line has room for more than the least."""

WIDE_COLUMNS = ("id", "status", "priority", "group", "assignee", "updated", "subject")
NARROW_COLUMNS = ("id, subject", "status\npriority", "group\nupdated")

Search = Annotated[
    str | None, typer.Option("--search", "-q", metavar="WORDS", help="All of these words, best first; excludes --sort.")
]
Order = Annotated[Sort | None, typer.Option(help="What comes first; - is the latest, -updated_at if not given.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
Everything = Annotated[bool, flag("--all", "All of them, whatever --limit says.")]
Skip = Annotated[int, typer.Option(min=0, max=SKIP_MAX, help="Leave out this many from the start, 10,000 at most.")]


def command(
    stack: Stack,
    status: Statuses = None,
    priority: Priorities = None,
    channel: Channels = None,
    tag: Tags = None,
    group: Text = None,
    assignee: Text = None,
    customer_id: Customer = None,
    external_id: ExternalId = None,
    has_note: Note = None,
    awaiting: Speaker = None,
    created_since: Time = None,
    created_before: Time = None,
    updated_since: Time = None,
    updated_before: Time = None,
    search: Search = None,
    sort: Order = None,
    limit: Limit = SHOWN,
    everything: Everything = False,
    skip: Skip = 0,
    as_json: Json = False,
) -> None:
    """List tickets, those changed last first."""
    given = {
        "status": status,
        "priority": priority,
        "channel": channel,
        "tag": tag,
        "group": group,
        "assignee": assignee,
        "customer_id": customer_id,
        "external_id": external_id,
        "has_note": has_note,
        "awaiting": awaiting,
        "created_since": created_since,
        "created_before": created_before,
        "updated_since": updated_since,
        "updated_before": updated_before,
        "q": search,
        "sort": sort,
    }
    tickets, more = run(_read(stack, cast(TicketFilters, those_given(given)), skip, None if everything else limit))
    if as_json:
        show_json(tickets)
    else:
        _show(tickets, more)


async def _read(stack: Stack, filters: TicketFilters, skip: int, limit: int | None) -> tuple[list[TicketItem], bool]:
    """The tickets, and whether there are more."""
    found: list[TicketItem] = []
    more = False
    page_size = PAGE_LIMIT if limit is None else min(limit, PAGE_LIMIT)
    async with (
        stack.session() as session,
        aclosing(session.queries.ticket_pages(limit=page_size, skip=skip, **filters)) as pages,
    ):
        async for page in pages:
            found += page.items
            more = page.cursor is not None
            if limit is not None and len(found) >= limit:
                break
    return found[:limit], more or found[:limit] != found


def _show(tickets: list[TicketItem], more: bool) -> None:
    if not tickets:
        typer.echo("No tickets.")
        return
    wide = screen_width() >= WIDE
    columns = WIDE_COLUMNS if wide else NARROW_COLUMNS
    rows = (_wide_row(ticket) if wide else _narrow_row(ticket) for ticket in tickets)
    shown = counted(len(tickets), "ticket")
    title = f"The first {shown} (--all lists the others too)" if more else f"{shown}"
    show_table(title, columns, rows)


def _wide_row(ticket: TicketItem) -> list[str]:
    cells = (ticket.id, ticket.status, ticket.priority, ticket.group, ticket.assignee, ticket.updated_at)
    return [*map(text, cells), _named(ticket)]


def _narrow_row(ticket: TicketItem) -> list[str]:
    # Two lines for each, so that the id stays whole: it is what all other commands take.
    return [f"{ticket.id}\n{_named(ticket)}", f"{ticket.status}\n{ticket.priority}", _group_and_time(ticket)]


def _group_and_time(ticket: TicketItem) -> str:
    return f"{text(ticket.group)}\n{text(ticket.updated_at)}"


def _named(ticket: TicketItem) -> str:
    return ticket.subject if ticket.external_id is None else f"{ticket.external_id}: {ticket.subject}"

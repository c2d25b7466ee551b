"""`tickets watch`: changes as they happen."""

from contextlib import aclosing
from typing import Annotated, cast

import typer
from pydantic_core import to_json

from ticket_client.changes import Change
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
from ticket_client.cli.options import flag
from ticket_client.cli.output import text
from ticket_client.cli.stack import Stack, run
from ticket_client.filters import ChangeFilters

After = Annotated[
    str | None,
    typer.Option("--after", metavar="EVENT", help="Begin behind this event: the event_id of a line of --json."),
]
Search = Annotated[str | None, typer.Option("--search", "-q", metavar="WORDS", help="All of these words.")]
Lines = Annotated[bool, flag("--json", "Print one line of JSON for each event, for programs.")]


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
    after: After = None,
    as_json: Lines = False,
) -> None:
    """Print changes of tickets as they happen, until Ctrl-C; a lost connection is taken up again without a gap."""
    options = {
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
    }
    run(_watch(stack, cast(ChangeFilters, those_given(options)), after, as_json=as_json))


async def _watch(stack: Stack, filters: ChangeFilters, after: str | None, *, as_json: bool) -> None:
    async with stack.session() as session, aclosing(session.queries.changes(after, **filters)) as changes:
        async for change in changes:
            if as_json:
                typer.echo(to_json(change._asdict(), exclude_none=True))
            else:
                _show(change)


def _show(change: Change) -> None:
    if change.kind == "ready":
        typer.echo("Watching; Ctrl-C ends it.", err=True)
    elif change.kind == "reset":
        typer.echo("tickets: changes were missed; list the tickets again", err=True)
    elif change.ticket is None:
        typer.echo(f"{change.ticket_id}  {'erased' if change.erased else 'left'}")
    else:
        ticket = change.ticket
        cells = (ticket.id, f"v{ticket.version}", ticket.status, ticket.priority, ticket.group, ticket.subject)
        typer.echo("  ".join(map(text, cells)))

"""`tickets dashboard`: how many tickets there are, and in what state."""

import typer

from ticket_client.cli.options import Json
from ticket_client.cli.output import counted, show_counts, show_json, show_table, text
from ticket_client.cli.stack import Stack, run
from ticket_client.models import Dashboard

GROUPS_SHOWN = 15
"""On a screen; `--json` has all that the service lists."""


def command(stack: Stack, as_json: Json = False) -> None:
    """Show the counts of all tickets."""
    dashboard = run(_read(stack))
    if as_json:
        show_json(dashboard)
    else:
        show(dashboard)


async def _read(stack: Stack) -> Dashboard:
    async with stack.session() as session:
        return await session.queries.dashboard()


def show(dashboard: Dashboard) -> None:
    """Print the counts as tables."""
    typer.echo(f"{counted(dashboard.total, 'ticket')}, as of {text(dashboard.as_of)}")
    show_counts("By status", dashboard.by_status)
    show_counts("By priority", dashboard.by_priority)
    show_counts("By channel", dashboard.by_channel)
    groups = dashboard.by_group[:GROUPS_SHOWN]
    more = len(dashboard.by_group) - len(groups)
    title = "By group" + (f", the largest {GROUPS_SHOWN} ({more} more)" if more else "")
    show_table(title, ("group", "tickets", "live"), ((one.group, one.tickets, one.live) for one in groups))

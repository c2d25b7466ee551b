"""Facets: a ticket's filterable values as strings in one list, so that one index serves every equality filter.

`status=open` and `group=a.b` are plain text to the database: no value can act as a field name or an operator.
"""

from query_service.domain.listing import TicketFilter
from ticket_contracts.views import TicketView

ANY_TICKET = "ticket"
"""The facet of every ticket that lists show; markers have none."""


def facets_of(view: TicketView) -> list[str]:
    """Return the facets under which a list finds the ticket."""
    facets = [
        ANY_TICKET,
        f"status={view.status}",
        f"priority={view.priority}",
        f"channel={view.channel}",
        f"customer={view.customer_id}",
        f"note={view.has_note}",
    ]
    optional = {"group": view.group, "assignee": view.assignee, "external": view.external_id}
    facets += [f"{name}={value}" for name, value in optional.items() if value is not None]
    facets += [f"tag={tag}" for tag in view.tags]
    return facets


def wanted_facets(wanted: TicketFilter) -> list[list[str]]:
    """Return what a filter asks for, most telling first: of each inner list one facet must be there."""
    single = {
        "external": wanted.external_id,
        "customer": wanted.customer_id,
        "assignee": wanted.assignee,
        "group": wanted.group,
    }
    choices = [[f"{name}={value}"] for name, value in single.items() if value is not None]
    choices += [[f"tag={tag}"] for tag in wanted.tags]
    several = {"status": wanted.status, "priority": wanted.priority, "channel": wanted.channel}
    choices += [[f"{name}={value}" for value in dict.fromkeys(values)] for name, values in several.items() if values]
    if wanted.has_note is not None:
        choices.append([f"note={wanted.has_note}"])
    return choices or [[ANY_TICKET]]

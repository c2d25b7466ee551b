"""Facets: a ticket's filterable values as strings in one list, so that one index serves every equality filter.

`status=open` and `group=a.b` are plain text to the database: no value can act as a field name or an operator.
"""

from query_service.domain.listing import TicketFilter
from ticket_contracts.views import TicketView

ANY_TICKET = "ticket"
"""The facet of every ticket that lists show; markers have none."""


def facets_of(view: TicketView) -> list[str]:
    """Return the facets under which a list finds the ticket."""
    facets = [ANY_TICKET, *traits_of(view), *subjects_of(view)]
    if view.external_id is not None:
        facets.append(f"external={view.external_id}")
    if view.awaiting is not None:
        facets.append(f"awaiting={view.awaiting}")
    return facets


def traits_of(view: TicketView) -> list[str]:
    """Return the facets of which every ticket has one each, of few values."""
    return [
        f"status={view.status}",
        f"priority={view.priority}",
        f"channel={view.channel}",
        f"note={view.has_note}",
    ]


def subjects_of(view: TicketView) -> list[str]:
    """Return the facets that say whose ticket it is and what it is about, of many values."""
    subjects = [f"customer={view.customer_id}"]
    if view.group is not None:
        subjects.append(f"group={view.group}")
    if view.assignee is not None:
        subjects.append(f"assignee={view.assignee}")
    return subjects + [f"tag={tag}" for tag in view.tags]


def wanted_facets(wanted: TicketFilter) -> list[list[str]]:
    """Return what a filter asks for, most telling first: of each inner list one facet must be there."""
    external = [] if wanted.external_id is None else [[f"external={wanted.external_id}"]]
    subjects = [[subject] for subject in wanted_subjects(wanted)]
    awaiting = [] if wanted.awaiting is None else [[f"awaiting={wanted.awaiting}"]]
    return [*external, *subjects, *wanted_traits(wanted).values(), *awaiting] or [[ANY_TICKET]]


def wanted_subjects(wanted: TicketFilter) -> list[str]:
    """Return the subjects that a filter asks for, all of which must be there, most telling first."""
    single = {"customer": wanted.customer_id, "assignee": wanted.assignee, "group": wanted.group}
    subjects = [f"{name}={value}" for name, value in single.items() if value is not None]
    return subjects + [f"tag={tag}" for tag in dict.fromkeys(wanted.tags)]


def wanted_traits(wanted: TicketFilter) -> dict[str, list[str]]:
    """Return by name the traits that a filter asks for, of each name one."""
    note = () if wanted.has_note is None else (wanted.has_note,)
    several = {"status": wanted.status, "priority": wanted.priority, "channel": wanted.channel, "note": note}
    return {name: [f"{name}={value}" for value in dict.fromkeys(values)] for name, values in several.items() if values}

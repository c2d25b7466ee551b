"""Facets: a ticket's filterable values as strings in one list, so that one index serves every equality filter.

`status=open` and `group=a.b` are plain text to the database: no value can act as a field name or an operator.
"""

from datetime import date, datetime, timedelta

from query_service.domain.listing import TicketFilter
from ticket_contracts.views import TicketView

ANY_TICKET = "ticket"
"""The facet of every ticket that lists show; markers have none."""

BUCKETS_MAX = 150
"""MongoDB merges at most 200 index scans into one order."""

_ONE_DAY = timedelta(days=1)


def facets_of(view: TicketView) -> list[str]:
    """Return the facets under which a list finds the ticket."""
    facets = [ANY_TICKET, *traits_of(view), *subjects_of(view)]
    if view.external_id is not None:
        facets.append(f"external={view.external_id}")
    return [*facets, _month(view.created_at), _day(view.created_at)]


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
    return [*external, *subjects, *wanted_traits(wanted).values()] or [[ANY_TICKET]]


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


def buckets(first: datetime, last: datetime) -> list[str]:
    """Return the facets that together hold all tickets created from `first` to `last`, and few others.

    Whole months where they fit, days at the edges. Empty where that takes more than BUCKETS_MAX.
    """
    found: list[str] = []
    day, end = first.date(), last.date()
    while day <= end and len(found) <= BUCKETS_MAX:
        whole = day.day == 1 and _end_of_month(day) <= end
        found.append(_month(day) if whole else _day(day))
        done = _end_of_month(day) if whole else day
        if done == date.max:
            break
        day = done + _ONE_DAY
    return found if len(found) <= BUCKETS_MAX else []


def _month(day: date) -> str:
    return f"created={day.year:04}-{day.month:02}"


def _day(day: date) -> str:
    return f"created={day.year:04}-{day.month:02}-{day.day:02}"


def _end_of_month(day: date) -> date:
    if day.month == 12:
        return day.replace(day=31)
    return day.replace(month=day.month + 1, day=1) - _ONE_DAY

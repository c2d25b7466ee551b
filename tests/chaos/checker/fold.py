"""The plain fold: what a ticket looks like after its events, by the rules of design.md and http.md."""

import re
from collections.abc import Callable, Iterable

from tests.chaos.checker.state import Event, Json, Request

PREVIEW = 50
RECENT = 5

_Change = Callable[[Json, Json, str], Json]

_CHANGES: dict[str, _Change] = {
    "TicketStatusChanged": lambda _, data, __: {
        "status": data["status"],
        "waiting_reason": data.get("waiting_reason"),
    },
    "TicketAssigned": lambda _, data, __: {"group": data.get("group"), "assignee": data.get("assignee")},
    "TicketPriorityChanged": lambda _, data, __: {"priority": data["priority"]},
    "AgentNoteAdded": lambda view, _, __: {"has_note": True, "note_count": view["note_count"] + 1},
    "ReplyAdded": lambda view, data, _: {
        "reply_count": view["reply_count"] + 1,
        "awaiting": "us" if data["author"] == "customer" else "customer",
    },
    "TicketTagsChanged": lambda view, data, __: {
        "tags": [tag for tag in view["tags"] if tag not in data["removed"]] + list(data["added"])
    },
    "TicketResolved": lambda view, data, at: {
        "status": "resolved",
        "waiting_reason": None,
        "resolution": data.get("resolution"),
        "resolved_at": at,
        "first_resolved_at": view["first_resolved_at"] or at,
    },
    "TicketReopened": lambda view, _, __: {
        "status": "open",
        "waiting_reason": None,
        "resolution": None,
        "resolved_at": None,
        "reopen_count": view["reopen_count"] + 1,
    },
    "TicketClosed": lambda _, __, at: {"status": "closed", "waiting_reason": None, "closed_at": at},
}


def fold(events: Iterable[Event]) -> list[Json]:
    """Return the ticket after version 1, after version 2 and so on, up to the first version that is missing.

    Of two events of one version the first one counts.
    """
    by_version: dict[int, Event] = {}
    for event in events:
        by_version.setdefault(event.version, event)
    states: list[Json] = []
    while (following := by_version.get(len(states) + 1)) is not None:
        state = folded(states[-1] if states else None, following)
        if state is None:
            break
        states.append(state)
    return states


def folded(view: Json | None, event: Event) -> Json | None:
    """Return the ticket after its next event; None where no ticket can go on with this one."""
    if view is None:
        return _born(event) if event.name == "TicketCreated" else None
    return _changed(view, event) if event.name in _CHANGES else None


def given_up(view: Json, request: Request) -> Json:
    """Return the ticket after a version that an operator gave up: it counts, and changes nothing else."""
    entry = {
        "version": view["version"] + 1,
        "type": "VersionDropped",
        "occurred_at": request.moment,
        "recorded_at": request.moment,
        "visibility": "internal",
        "data": {"operator": request.operator, "reason": request.reason},
    }
    return {**view, "version": entry["version"], "recent": [*view["recent"], entry][-RECENT:]}


def entry_of(event: Event) -> Json:
    """Return what the timeline shows of an event: all that it says, but not where to reach the customer."""
    return {
        "version": event.version,
        "type": event.name,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "visibility": "internal" if event.name == "AgentNoteAdded" else "public",
        "data": {name: value for name, value in event.data.items() if name != "customer_contact"},
    }


def without_nulls(data: Json) -> Json:
    """Return an event's data without members that are null: absent and null say the same there."""
    return {name: value for name, value in data.items() if value is not None}


def _changed(view: Json, event: Event) -> Json:
    return {
        **view,
        "version": event.version,
        "event_id": event.id,
        "updated_at": event.occurred_at,
        "recent": [*view["recent"], entry_of(event)][-RECENT:],
        **_CHANGES[event.name](view, event.data, event.occurred_at),
    }


def _born(event: Event) -> Json:
    given = event.data
    return {
        "id": event.ticket,
        "external_id": given.get("external_id"),
        "subject": given["subject"],
        "preview": re.sub(r"\s+", " ", given["message"])[:PREVIEW],
        "message": given["message"],
        "status": "open",
        "priority": given["priority"],
        "channel": given["channel"],
        "customer_id": given["customer_id"],
        "tags": list(given.get("tags") or []),
        "created_at": event.occurred_at,
        "updated_at": event.occurred_at,
        "version": event.version,
        "event_id": event.id,
        "recent": [entry_of(event)],
        "has_note": False,
        "awaiting": "us",
        **dict.fromkeys(("note_count", "reply_count", "reopen_count"), 0),
        **dict.fromkeys(("waiting_reason", "group", "assignee", "resolution")),
        **dict.fromkeys(("resolved_at", "closed_at", "first_resolved_at")),
    }

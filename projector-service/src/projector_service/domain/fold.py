"""Folds one event into the view of its ticket. Pure: the same view and event always give the same view."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from projector_service.domain.messages import Control, Fact
from ticket_contracts.events import (
    AgentNoteAdded,
    Event,
    ReplyAdded,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketPriorityChanged,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
    TicketTagsChanged,
)
from ticket_contracts.fields import PREVIEW_MAX, RECENT_MAX, TAGS_MAX, Author, Awaiting, Status, Visibility
from ticket_contracts.model import JsonObject
from ticket_contracts.timeline import HistoryEntry
from ticket_contracts.views import TicketView

Changes = dict[str, Any]

GIVEN_UP = "VersionDropped"
"""The type of a history entry that stands for a version that was given up."""

_WHITE_SPACE = re.compile(r"\s+")


class CannotFold(ValueError):
    """The event makes no sense after those before it. Says which rule, never a value."""


def fold(view: TicketView | None, fact: Fact) -> TicketView:
    """Return the view after `fact`, whose version must be the next; raises CannotFold."""
    if isinstance(fact.event, TicketCreated):
        if view is not None:
            raise CannotFold("a ticket is created once")
        return _born(fact, fact.event)
    if view is None:
        raise CannotFold("the first event of a ticket creates it")
    changes = CHANGES[type(fact.event)](view, fact.event, fact)
    return TicketView.trusted(
        view.__dict__
        | {
            "version": fact.version,
            "offset": fact.at.offset,
            "event_id": fact.event_id,
            "updated_at": fact.occurred_at,
            "recent": (*view.recent, history_entry(fact))[-RECENT_MAX:],
        }
        | changes
    )


def history_entry(fact: Fact) -> HistoryEntry:
    """Return what a reader sees of the event; agents' notes are internal."""
    internal = isinstance(fact.event, AgentNoteAdded)
    return HistoryEntry.trusted(
        {
            "version": fact.version,
            "type": fact.event.name(),
            "occurred_at": fact.occurred_at,
            "recorded_at": fact.recorded_at,
            "visibility": Visibility.INTERNAL if internal else Visibility.PUBLIC,
            "data": _shown(fact.event),
        }
    )


def _shown(event: Event) -> JsonObject:
    """Return what the history shows of an event: all of it, but of the customer the id alone.

    That is the form that readers have known since version 1, whatever version is on the log.
    """
    data: JsonObject = event.__pydantic_serializer__.to_python(event, mode="json")
    return {"customer_id": data.pop("customer")["id"], **data} if isinstance(event, TicketCreated) else data


def give_up(view: TicketView, control: Control) -> TicketView:
    """Return the view after a version that an operator gave up: it counts, and changes nothing else.

    So versions go on as the command service counts them, and whoever waits for this one waits no longer. The history
    says, to agents only, who gave it up and why.
    """
    version = view.version + 1
    entry = HistoryEntry.trusted(
        {
            "version": version,
            "type": GIVEN_UP,
            "occurred_at": control.occurred_at,
            "recorded_at": control.recorded_at,
            "visibility": Visibility.INTERNAL,
            "data": {"operator": control.request.operator, "reason": control.request.reason},
        }
    )
    recent = (*view.recent, entry)[-RECENT_MAX:]
    return TicketView.trusted(view.__dict__ | {"version": version, "offset": control.at.offset, "recent": recent})


def preview_of(message: str) -> str:
    """Return the first 50 characters of a message, where any run of white space counts as one blank."""
    return _WHITE_SPACE.sub(" ", message)[:PREVIEW_MAX]


def _born(fact: Fact, event: TicketCreated) -> TicketView:
    message = cast("str", event.message)
    return TicketView.trusted(
        {
            "kind": "view",
            "id": fact.ticket_id,
            "external_id": event.external_id,
            "subject": cast("str", event.subject),
            "preview": preview_of(message),
            "message": message,
            "status": Status.OPEN,
            "waiting_reason": None,
            "priority": event.priority,
            "channel": event.channel,
            "group": None,
            "assignee": None,
            "customer_id": event.customer.id,
            "tags": event.tags,
            "resolution": None,
            "has_note": False,
            "note_count": 0,
            "reply_count": 0,
            "reopen_count": 0,
            "awaiting": Awaiting.US,
            "created_at": fact.occurred_at,
            "updated_at": fact.occurred_at,
            "resolved_at": None,
            "closed_at": None,
            "first_resolved_at": None,
            "recent": (history_entry(fact),),
            "version": fact.version,
            "partition": fact.at.partition,
            "offset": fact.at.offset,
            "event_id": fact.event_id,
            "stale": None,
        }
    )


def _status_changed(_: TicketView, event: TicketStatusChanged, __: Fact) -> Changes:
    return {"status": event.status, "waiting_reason": event.waiting_reason}


def _assigned(_: TicketView, event: TicketAssigned, __: Fact) -> Changes:
    return {"group": event.group, "assignee": event.assignee}


def _priority_changed(_: TicketView, event: TicketPriorityChanged, __: Fact) -> Changes:
    return {"priority": event.priority}


def _note_added(view: TicketView, _: AgentNoteAdded, __: Fact) -> Changes:
    return {"has_note": True, "note_count": view.note_count + 1}


def _reply_added(view: TicketView, event: ReplyAdded, _: Fact) -> Changes:
    awaiting = Awaiting.US if event.author is Author.CUSTOMER else Awaiting.CUSTOMER
    return {"reply_count": view.reply_count + 1, "awaiting": awaiting}


def _tags_changed(view: TicketView, event: TicketTagsChanged, _: Fact) -> Changes:
    kept = [tag for tag in view.tags if tag not in event.removed]
    tags = (*kept, *(tag for tag in event.added if tag not in kept))
    if len(tags) > TAGS_MAX:
        raise CannotFold(f"a ticket has at most {TAGS_MAX} tags")
    return {"tags": tags}


def _resolved(view: TicketView, event: TicketResolved, fact: Fact) -> Changes:
    return {
        "status": Status.RESOLVED,
        "waiting_reason": None,
        "resolution": event.resolution,
        "resolved_at": fact.occurred_at,
        "first_resolved_at": view.first_resolved_at or fact.occurred_at,
    }


def _reopened(view: TicketView, _: TicketReopened, __: Fact) -> Changes:
    return {
        "status": Status.OPEN,
        "waiting_reason": None,
        "resolution": None,
        "resolved_at": None,
        "reopen_count": view.reopen_count + 1,
    }


def _closed(_: TicketView, __: TicketClosed, fact: Fact) -> Changes:
    return {"status": Status.CLOSED, "waiting_reason": None, "closed_at": fact.occurred_at}


CHANGES: Mapping[type[Event], Callable[[TicketView, Any, Fact], Changes]] = {
    TicketStatusChanged: _status_changed,
    TicketAssigned: _assigned,
    TicketPriorityChanged: _priority_changed,
    AgentNoteAdded: _note_added,
    ReplyAdded: _reply_added,
    TicketTagsChanged: _tags_changed,
    TicketResolved: _resolved,
    TicketReopened: _reopened,
    TicketClosed: _closed,
}

"""Changes in the words of server-sent events (WHATWG HTML, 9.2): bytes that all listeners share."""

import json
from enum import StrEnum

from query_service.live.changes import Change

RETRY_MS = 1_000

_CHANGED = b"\nevent: changed\ndata: "


class Ending(StrEnum):
    """Why a stream ends: the client reads too slowly, the read model is another one now, or the process stops.

    Whoever comes back with its Last-Event-ID misses nothing, or is told so.
    """

    SLOW = "slow"
    RENEWED = "renewed"
    STOPPING = "stopping"


def ready(event_id: str) -> bytes:
    """Return the first event of a stream that has missed nothing: from here on it is told everything."""
    return f"retry: {RETRY_MS}\n".encode() + _event("ready", event_id, {})


def reset(event_id: str) -> bytes:
    """Return the first event of a stream whose history is gone: what was shown must be read anew."""
    return f"retry: {RETRY_MS}\n".encode() + _event("reset", event_id, {})


def heartbeat(event_id: str) -> bytes:
    """Return a sign of life. It moves the client's last event id on, so that it can always be resumed from."""
    return f": nothing new\nid: {event_id}\n\n".encode()


def end(ending: Ending) -> bytes:
    """Return the last event of a stream; it has no id."""
    return _event("end", None, {"reason": ending.value})


def changed(event_id: str, change: Change) -> bytes:
    """Return what is told of a ticket that passes: its item, as lists show it."""
    return b"id: " + event_id.encode() + _CHANGED + change.item + b"\n\n"


def shows(event: bytes, ticket_id: str) -> bool:
    """Say whether an event is a `changed` of this ticket: an item begins with its id."""
    return event.partition(_CHANGED)[2].startswith(b'{"id":"' + ticket_id.encode() + b'"')


def left(event_id: str, change: Change) -> bytes:
    """Return what is told of a ticket that passes no more."""
    content = {"id": change.ticket_id, "version": change.version, "erased": change.is_erased}
    return _event("left", event_id, content)


def _event(name: str, event_id: str | None, content: dict[str, object]) -> bytes:
    line = "" if event_id is None else f"id: {event_id}\n"
    return f"{line}event: {name}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n".encode()

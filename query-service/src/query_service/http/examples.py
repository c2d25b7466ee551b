"""One example of each answer, for /docs: what the service makes of the golden sample of a resolved ticket."""

from typing import Any

_ITEM: dict[str, Any] = {
    "id": "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3",
    "external_id": "INC0001894",
    "subject": "Printer on fire",
    "preview": "It is burning since noon.",
    "status": "resolved",
    "waiting_reason": None,
    "priority": "high",
    "channel": "ivr",
    "group": "Printers",
    "assignee": "Kim",
    "customer_id": "c-42",
    "tags": ["hardware", "third floor"],
    "has_note": True,
    "note_count": 1,
    "reply_count": 1,
    "reopen_count": 1,
    "awaiting": "us",
    "created_at": "2024-05-01T12:00:00Z",
    "updated_at": "2024-05-01T18:00:00.250Z",
    "resolved_at": "2024-05-01T16:00:00Z",
    "closed_at": None,
    "version": 8,
}
_ENTRY: dict[str, Any] = {
    "version": 1,
    "type": "TicketCreated",
    "occurred_at": "2024-05-01T12:00:00Z",
    "recorded_at": "2024-05-01T12:00:00.250Z",
    "visibility": "public",
    "data": {
        "customer_id": "c-42",
        "external_id": "INC0001894",
        "subject": "Printer on fire",
        "message": "It  is\nburning since noon.",
        "channel": "phone",
        "priority": "high",
        "tags": ["hardware"],
    },
}
_EXPORTED = _ITEM | {"message": "It  is\nburning since noon.", "resolution": "Extinguished."}
_RECENT: list[dict[str, Any]] = [
    {
        "version": 4,
        "type": "AgentNoteAdded",
        "occurred_at": "2024-05-01T12:00:00Z",
        "recorded_at": "2024-05-01T12:00:00Z",
        "visibility": "internal",
        "data": {"note": "Called the fire brigade.", "author": "Kim"},
    },
    {
        "version": 5,
        "type": "ReplyAdded",
        "occurred_at": "2024-05-01T12:00:00Z",
        "recorded_at": "2024-05-01T12:00:00Z",
        "visibility": "public",
        "data": {"author": "agent", "message": "Help is on its way."},
    },
    {
        "version": 6,
        "type": "TicketResolved",
        "occurred_at": "2024-05-01T12:00:00Z",
        "recorded_at": "2024-05-01T12:00:00Z",
        "visibility": "public",
        "data": {"resolution": "Extinguished."},
    },
    {
        "version": 7,
        "type": "TicketReopened",
        "occurred_at": "2024-05-01T12:00:00Z",
        "recorded_at": "2024-05-01T12:00:00Z",
        "visibility": "public",
        "data": {"reason": None},
    },
    {
        "version": 8,
        "type": "TicketStatusChanged",
        "occurred_at": "2024-05-01T12:00:00Z",
        "recorded_at": "2024-05-01T12:00:00Z",
        "visibility": "public",
        "data": {"status": "waiting", "waiting_reason": "vendor"},
    },
]

EXAMPLES: dict[str, Any] = {
    "TicketList": [_ITEM],
    "TicketDetail": _EXPORTED | {"recent": _RECENT},
    "TimelineList": [_ENTRY],
    "ExportedTicket": _EXPORTED,
    "Dashboard": {
        "total": 1,
        "by_status": {"open": 0, "triaged": 0, "in_progress": 0, "waiting": 0, "resolved": 1, "closed": 0},
        "by_priority": {"low": 0, "normal": 0, "high": 1, "urgent": 0},
        "by_channel": {"web": 0, "email": 0, "phone": 0, "chat": 0, "self_service": 0, "direct": 0, "ivr": 1},
        "by_group": [{"group": "Printers", "tickets": 1, "live": 0}],
        "other": {"tickets": 0, "live": 0},
        "as_of": "2026-01-05T09:00:01Z",
    },
    "Daily": {
        "days": [{"day": "2024-05-01", "created": 1, "resolved": 2, "closed": 0, "reopened": 1}],
        "first_resolution": {
            "low": {"tickets": 0, "total_seconds": 0},
            "normal": {"tickets": 0, "total_seconds": 0},
            "high": {"tickets": 1, "total_seconds": 10800},
            "urgent": {"tickets": 0, "total_seconds": 0},
        },
    },
    "FreshnessDocument": {
        "lag_ms": 412,
        "partitions": [{"partition": 0, "applied": 7845, "published": 7846, "lag_ms": 412}],
    },
}
"""By the name of the model in schemas."""

"""One example of each answer, for /docs: a ticket of a real incident log, in all the forms in which it is read."""

from typing import Any

_ID = "01952c3a-7f6e-7c1b-9d52-3a4f5b6c7d8e"
_CREATED = "2016-02-29T01:16:00Z"
_RESOLVED = "2016-02-29T11:29:00Z"

_ITEM: dict[str, Any] = {
    "id": _ID,
    "external_id": "INC0000045",
    "subject": "Mail cannot be sent",
    "preview": "Since this morning every message stays in the outb",
    "status": "resolved",
    "waiting_reason": None,
    "priority": "high",
    "channel": "phone",
    "group": "Group 56",
    "assignee": None,
    "customer_id": "Caller 2403",
    "tags": ["mail"],
    "has_note": False,
    "note_count": 0,
    "reply_count": 0,
    "reopen_count": 0,
    "awaiting": "us",
    "version": 2,
    "created_at": _CREATED,
    "updated_at": _RESOLVED,
    "resolved_at": _RESOLVED,
    "closed_at": None,
}
_ENTRY: dict[str, Any] = {
    "version": 2,
    "type": "TicketResolved",
    "occurred_at": _RESOLVED,
    "recorded_at": "2026-01-05T09:00:00.125Z",
    "visibility": "public",
    "data": {"resolution": "The outbox was full"},
}
_EXPORTED = _ITEM | {
    "message": "Since this morning every message stays in the outbox.",
    "resolution": "The outbox was full",
}

EXAMPLES: dict[str, Any] = {
    "TicketList": [_ITEM],
    "TicketDetail": _EXPORTED | {"recent": [_ENTRY]},
    "TimelineList": [_ENTRY],
    "ExportedTicket": _EXPORTED,
    "Dashboard": {
        "total": 1,
        "by_status": {"open": 0, "triaged": 0, "in_progress": 0, "waiting": 0, "resolved": 1, "closed": 0},
        "by_priority": {"low": 0, "normal": 0, "high": 1, "urgent": 0},
        "by_channel": {"web": 0, "email": 0, "phone": 1, "chat": 0, "self_service": 0, "direct": 0, "ivr": 0},
        "by_group": [{"group": "Group 56", "tickets": 1, "live": 0}],
        "other": {"tickets": 0, "live": 0},
        "as_of": "2026-01-05T09:00:01Z",
    },
    "Daily": {
        "days": [{"day": "2016-02-29", "created": 1, "resolved": 1, "closed": 0, "reopened": 0}],
        "first_resolution": {
            "low": {"tickets": 0, "total_seconds": 0},
            "normal": {"tickets": 0, "total_seconds": 0},
            "high": {"tickets": 1, "total_seconds": 36780},
            "urgent": {"tickets": 0, "total_seconds": 0},
        },
    },
    "FreshnessDocument": {
        "lag_ms": 412,
        "partitions": [{"partition": 0, "applied": 7845, "published": 7846, "lag_ms": 412}],
    },
}
"""By the name of the model in schemas."""

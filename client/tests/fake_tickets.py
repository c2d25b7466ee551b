"""Both services in memory: the rules of a ticket as design and http.md state them, for as long as a test runs."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

Document = dict[str, Any]
Event = tuple[str, str]
"""(type, occurred_at)"""

EVENTS = {
    "CreateTicket": "TicketCreated",
    "UpdateStatus": "TicketStatusChanged",
    "AssignTicket": "TicketAssigned",
    "ChangePriority": "TicketPriorityChanged",
    "AddAgentNote": "AgentNoteAdded",
    "AddReply": "ReplyAdded",
    "ChangeTags": "TicketTagsChanged",
    "ResolveTicket": "TicketResolved",
    "ReopenTicket": "TicketReopened",
    "CloseTicket": "TicketClosed",
}
STATUSES = ("open", "triaged", "in_progress", "waiting", "resolved", "closed")


class RefusedError(Exception):
    """Carries the problem's code."""


class FakeTickets:
    """A command service that decides at once and a read side that is never behind."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.history: dict[str, list[Event]] = {}
        self.answers: dict[str, Document] = {}

    @property
    def events(self) -> Counter[str]:
        """How many events of each type are stored."""
        return Counter(kind for events in self.history.values() for kind, _ in events)

    def run(self, command: Document) -> Document:
        """One command of a batch; its outcome."""
        key, ticket_id = command["key"], command["ticket_id"]
        if key in self.answers:
            return self.answers[key]
        name = {"key": key, "ticket_id": ticket_id}
        try:
            change = self._decide(ticket_id, command["type"], command["data"])
        except RefusedError as refused:
            return name | {"problem": {"code": str(refused), "detail": f"Refused: {refused}"}}
        changed = command["type"] == "CreateTicket" or any(
            self.documents[ticket_id][field] != value for field, value in change.items()
        )
        if changed:
            self._store(ticket_id, command["type"], command["occurred_at"], change)
        ticket = self.documents[ticket_id]
        token = f"{ticket_id}:{ticket['version']}"
        answer = name | {"version": ticket["version"], "status": ticket["status"], "token": token}
        if changed:
            self.answers[key] = answer
        return answer

    def _decide(self, ticket_id: str, command: str, data: Document) -> Document:
        ticket = self.documents.get(ticket_id)
        if command == "CreateTicket":
            if ticket is not None:
                raise RefusedError("ticket-exists")
            return {"status": "open", **data}
        if ticket is None:
            raise RefusedError("ticket-not-found")
        if ticket["status"] == "closed":
            raise RefusedError("ticket-closed")
        return self._change(ticket, command, data)

    def _change(self, ticket: Document, command: str, data: Document) -> Document:
        resolved = ticket["status"] == "resolved"
        if command in ("AssignTicket", "ChangePriority"):
            return data
        if command == "AddAgentNote":
            return {"has_note": True, "note_count": ticket["note_count"] + 1}
        if command == "AddReply":
            return {"reply_count": ticket["reply_count"] + 1}
        if command == "ChangeTags":
            kept = [tag for tag in ticket["tags"] if tag not in data["remove"]]
            return {"tags": kept + [tag for tag in data["add"] if tag not in kept]}
        if command == "UpdateStatus":
            if resolved:
                raise RefusedError("ticket-resolved")
            return {"status": data["status"], "waiting_reason": data.get("waiting_reason")}
        if command == "ReopenTicket":
            if not resolved:
                raise RefusedError("not-resolved")
            return {"status": "open", "reopen_count": ticket["reopen_count"] + 1}
        if command == "ResolveTicket" and resolved:
            raise RefusedError("ticket-resolved")
        return {"status": "resolved" if command == "ResolveTicket" else "closed", "waiting_reason": None}

    def _store(self, ticket_id: str, command: str, at: str, change: Document) -> None:
        ticket = self.documents.setdefault(ticket_id, blank(ticket_id, at))
        ticket.update(change, updated_at=at, version=ticket["version"] + 1)
        if command == "ResolveTicket":
            ticket["resolved_at"] = at
        elif command == "ReopenTicket":
            ticket["resolved_at"] = None
        elif command == "CloseTicket":
            ticket["closed_at"] = at
        self.history.setdefault(ticket_id, []).append((EVENTS[command], at))

    def dashboard(self) -> Document:
        """As GET /dashboard."""
        tickets = list(self.documents.values())
        groups = Counter(one["group"] for one in tickets)
        live = Counter(one["group"] for one in tickets if one["status"] not in ("resolved", "closed"))
        return {
            "total": len(tickets),
            "by_status": dict.fromkeys(STATUSES, 0) | Counter(one["status"] for one in tickets),
            "by_priority": Counter(one["priority"] for one in tickets),
            "by_channel": {"web": 0} | Counter(one["channel"] for one in tickets),
            "by_group": [
                {"group": group, "tickets": count, "live": live[group]} for group, count in groups.most_common()
            ],
            "as_of": "2026-01-01T00:00:00Z",
        }

    def daily(self, first: date, last: date) -> Document:
        """As GET /dashboard/daily."""
        counts = Counter((at[:10], kind) for events in self.history.values() for kind, at in events)
        days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
        names = {"created": "Created", "resolved": "Resolved", "closed": "Closed", "reopened": "Reopened"}
        return {
            "days": [
                {"day": day} | {name: counts[day, f"Ticket{kind}"] for name, kind in names.items()} for day in days
            ],
            "first_resolution": self._first_resolution(),
        }

    def _first_resolution(self) -> Document:
        sums = {priority: {"tickets": 0, "total_seconds": 0.0} for priority in ("low", "normal", "high", "urgent")}
        for ticket_id, events in self.history.items():
            resolved = next((at for kind, at in events if kind == "TicketResolved"), None)
            if resolved is not None:
                taken = datetime.fromisoformat(resolved) - datetime.fromisoformat(events[0][1])
                sums[self.documents[ticket_id]["priority"]]["tickets"] += 1
                sums[self.documents[ticket_id]["priority"]]["total_seconds"] += taken.total_seconds()
        return sums

    def positions(self) -> list[Document]:
        """As `partitions` of both GET /freshness."""
        last = sum(self.events.values()) - 1
        return [{"partition": 0, "published": last, "applied": last, "lag_ms": 0}]


def blank(ticket_id: str, at: str) -> Document:
    """A ticket before its first event."""
    empty = ("external_id", "waiting_reason", "group", "assignee", "resolved_at", "closed_at", "resolution")
    return {
        "id": ticket_id,
        "subject": "",
        "preview": "",
        "tags": [],
        "has_note": False,
        "note_count": 0,
        "reply_count": 0,
        "reopen_count": 0,
        "version": 0,
        "created_at": at,
        **dict.fromkeys(empty),
    }

"""The plain rules: what a command must do to a ticket, by the table of design.md and the bodies of http.md."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.checker.state import Json

TAGS_MAX = 20
ENDS = ("resolved", "closed")


@dataclass(frozen=True)
class No:
    """Refused, with this code."""

    code: str


@dataclass(frozen=True)
class Nothing:
    """Accepted; changes nothing and emits nothing."""


@dataclass(frozen=True)
class Emits:
    """Accepted; emits this event."""

    name: str
    data: Json


Verdict = No | Nothing | Emits


def decide(view: Json | None, command: str, data: Json) -> Verdict:
    """Return what must become of a command on a ticket in this state; None: there is no ticket."""
    if command == "UpdateStatus" and data["status"] in ENDS:
        return No("invalid")
    if command == "CreateTicket":
        return No("ticket-exists") if view is not None else Emits("TicketCreated", _created(data))
    if view is None:
        return No("ticket-not-found")
    if view["status"] == "closed":
        return No("ticket-closed")
    return _RULES[command](view, data)


def _created(data: Json) -> Json:
    return {"priority": "normal", "channel": "web", "tags": [], "external_id": None, **data}


def _update_status(view: Json, data: Json) -> Verdict:
    if view["status"] == "resolved":
        return No("ticket-resolved")
    wanted = {"status": data["status"], "waiting_reason": data.get("waiting_reason")}
    return _unless_so(view, wanted, "TicketStatusChanged")


def _assign(view: Json, data: Json) -> Verdict:
    return _unless_so(view, data, "TicketAssigned")


def _change_priority(view: Json, data: Json) -> Verdict:
    return _unless_so(view, data, "TicketPriorityChanged")


def _change_tags(view: Json, data: Json) -> Verdict:
    remove = data.get("remove", [])
    added = [tag for tag in dict.fromkeys(data.get("add", [])) if tag not in view["tags"] and tag not in remove]
    removed = [tag for tag in view["tags"] if tag in remove]
    if not added and not removed:
        return Nothing()
    if len(view["tags"]) - len(removed) + len(added) > TAGS_MAX:
        return No("invalid")
    return Emits("TicketTagsChanged", {"added": added, "removed": removed})


def _resolve(view: Json, data: Json) -> Verdict:
    return No("ticket-resolved") if view["status"] == "resolved" else Emits("TicketResolved", data)


def _reopen(view: Json, data: Json) -> Verdict:
    return Emits("TicketReopened", data) if view["status"] == "resolved" else No("not-resolved")


def _unless_so(view: Json, wanted: Json, event: str) -> Verdict:
    return Nothing() if all(view[name] == value for name, value in wanted.items()) else Emits(event, wanted)


_RULES: dict[str, Callable[[Json, Json], Verdict]] = {
    "UpdateStatus": _update_status,
    "AssignTicket": _assign,
    "ChangePriority": _change_priority,
    "ChangeTags": _change_tags,
    "ResolveTicket": _resolve,
    "ReopenTicket": _reopen,
    "AddAgentNote": lambda _, data: Emits("AgentNoteAdded", data),
    "AddReply": lambda _, data: Emits("ReplyAdded", data),
    "CloseTicket": lambda _, __: Emits("TicketClosed", {}),
}

"""The fake tickets behind both HTTP surfaces, as a transport for the client."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx2
from pydantic_core import from_json, to_json

from client.tests.fake_tickets import Document, FakeTickets

COMMANDS = {
    "status": "UpdateStatus",
    "assignment": "AssignTicket",
    "priority": "ChangePriority",
    "agent-note": "AddAgentNote",
    "replies": "AddReply",
    "tags": "ChangeTags",
    "resolution": "ResolveTicket",
    "reopening": "ReopenTicket",
    "closure": "CloseTicket",
}
NOW = "2026-01-01T00:00:00Z"


def fake_services(tickets: FakeTickets, *, lagging: bool = False) -> httpx2.MockTransport:
    """Answers what the client and the command line ask of either service.

    A `lagging` read side knows nothing of a ticket but what a consistency token makes it wait for.
    """
    shown: dict[str, Document] = {} if lagging else tickets.documents

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return write(tickets, request)
        if lagging:
            catch_up(tickets, shown, request)
        return read(tickets, shown, request)

    return httpx2.MockTransport(answer)


def write(tickets: FakeTickets, request: httpx2.Request) -> httpx2.Response:
    """What the command-service answers."""
    body = from_json(request.content)
    if request.url.path == "/commands":
        return json({"outcomes": [tickets.run(one) for one in body["commands"]]})
    _, _, *name = request.url.path.split("/")
    ticket_id, kind = (name[0], COMMANDS[name[1]]) if name else (str(uuid4()), "CreateTicket")
    known = tickets.documents.get(ticket_id)
    condition = request.headers.get("if-match")
    if known is not None and condition not in (None, f'"{known["version"]}"'):
        return problem(412, "version-mismatch", "The ticket is at another version")
    key = request.headers["idempotency-key"]
    outcome = tickets.run({"key": key, "ticket_id": ticket_id, "type": kind, "data": body, "occurred_at": NOW})
    if "problem" in outcome:
        code = outcome["problem"]["code"]
        return problem(404 if code == "ticket-not-found" else 409, code, outcome["problem"]["detail"])
    accepted = {"id": outcome["ticket_id"], "version": outcome["version"], "status": outcome["status"]}
    return json(accepted, 200 if name else 201, {"consistency-token": outcome["token"]})


def catch_up(tickets: FakeTickets, shown: dict[str, Document], request: httpx2.Request) -> None:
    """Show what the request's tokens name, and nothing else."""
    for token in filter(None, request.headers.get("consistency-token", "").split(",")):
        ticket_id, _, version = token.rpartition(":")
        assert tickets.documents[ticket_id]["version"] == int(version), "the token of the last write"
        shown[ticket_id] = dict(tickets.documents[ticket_id])


def read(tickets: FakeTickets, shown: dict[str, Document], request: httpx2.Request) -> httpx2.Response:
    """What the query-service answers."""
    path, parameters = request.url.path, request.url.params
    if path == "/dashboard/daily":
        return json(tickets.daily(*(date.fromisoformat(parameters[name]) for name in ("from", "to"))))
    if path == "/export/tickets.ndjson":
        return httpx2.Response(200, content=b"".join(to_json(one) + b"\n" for _, one in sorted(shown.items())))
    if path == "/tickets":
        return a_page([one for one in shown.values() if matches(one, parameters)], request.url)
    if path.startswith("/tickets/"):
        return a_ticket(tickets, shown, request, *path.removeprefix("/tickets/").split("/"))
    if path == "/freshness":
        return json({"lag_ms": 0, "partitions": tickets.positions()})
    return json({"/dashboard": tickets.dashboard(), "/readyz": {}}[path])


def matches(ticket: Document, parameters: httpx2.QueryParams) -> bool:
    """Whether a ticket passes the filters that need no order."""
    if not set(parameters.get_list("tag")) <= set(ticket["tags"]):
        return False
    if "has_note" in parameters and ticket["has_note"] != (parameters["has_note"] == "true"):
        return False
    names = ("status", "priority", "channel", "group", "assignee", "customer_id", "external_id")
    return all(ticket[name] in parameters.get_list(name) for name in names if name in parameters)


def a_page(found: list[Document], url: httpx2.URL) -> httpx2.Response:
    """One page of a list, newest first; a cursor is a place in it."""
    limit, start = (int(url.params.get(name, default)) for name, default in (("limit", 20), ("cursor", 0)))
    start += int(url.params.get("skip", 0))
    following = url.copy_merge_params({"cursor": start + limit}).copy_remove_param("skip")
    more = {"link": f'<{following.raw_path.decode()}>; rel="next"'} if start + limit < len(found) else {}
    return json(found[::-1][start : start + limit], headers=more)


def a_ticket(
    tickets: FakeTickets, shown: dict[str, Document], request: httpx2.Request, ticket_id: str, part: str = ""
) -> httpx2.Response:
    """One ticket or its timeline."""
    if ticket_id not in shown:
        return problem(404, "ticket-not-found", "Ticket not found")
    version = shown[ticket_id]["version"]
    etag = f'"{version}"'
    if not part and request.headers.get("if-none-match") == etag:
        return httpx2.Response(304)
    if not part:
        return json(shown[ticket_id], headers={"etag": etag})
    return json(
        [
            {
                "version": version,
                "type": kind,
                "occurred_at": at,
                "recorded_at": at,
                "visibility": "public",
                "data": {"customer_id": "2403", "subject": "Category 55 / Subcategory 170", "tags": []},
            }
            for version, (kind, at) in enumerate(tickets.history[ticket_id][:version], 1)
        ]
    )


def json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    """An answer in JSON."""
    return httpx2.Response(status, content=to_json(document), headers=headers)


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
    """An answer in problem+json."""
    document = {"type": f"/problems/{code}", "title": code, "status": status, "detail": detail, "code": code}
    return json(document | more, status, {"content-type": "application/problem+json", **(headers or {})})

"""The fake tickets behind both HTTP surfaces, as a transport for the client."""

from datetime import date

import httpx2
from pydantic_core import from_json, to_json

from client.tests.fake_tickets import FakeTickets


def fake_services(tickets: FakeTickets) -> httpx2.MockTransport:
    """Answers what the command line asks of either service."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/commands":
            return json({"outcomes": [tickets.run(one) for one in from_json(request.content)["commands"]]})
        if path == "/dashboard/daily":
            first, last = (date.fromisoformat(request.url.params[name]) for name in ("from", "to"))
            return json(tickets.daily(first, last))
        if path == "/export/tickets.ndjson":
            lines = [to_json(one) for _, one in sorted(tickets.documents.items())]
            return httpx2.Response(200, content=b"".join(line + b"\n" for line in lines))
        if path == "/tickets":
            wanted = request.url.params["external_id"]
            return json([one for one in tickets.documents.values() if one["external_id"] == wanted])
        if path.startswith("/tickets/"):
            return a_ticket(tickets, *path.removeprefix("/tickets/").split("/"))
        if path == "/freshness":
            return json({"lag_ms": 0, "partitions": tickets.positions()})
        return json({"/dashboard": tickets.dashboard(), "/readyz": {}}[path])

    return httpx2.MockTransport(answer)


def a_ticket(tickets: FakeTickets, ticket_id: str, part: str = "") -> httpx2.Response:
    """One ticket or its timeline."""
    if ticket_id not in tickets.documents:
        return problem(404, "ticket-not-found", "Ticket not found")
    if not part:
        return json(tickets.documents[ticket_id])
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
            for version, (kind, at) in enumerate(tickets.history[ticket_id], 1)
        ]
    )


def json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    """An answer in JSON."""
    return httpx2.Response(status, content=to_json(document), headers=headers)


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    """An answer in problem+json."""
    document = {"type": f"/problems/{code}", "title": code, "status": status, "detail": detail, "code": code}
    return json(document, status, {"content-type": "application/problem+json", **(headers or {})})

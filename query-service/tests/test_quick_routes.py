"""The short way is taken by what is well made, answers as FastAPI's would, and leaves to that whatever is wrong."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from query_service.http.quick_routes import QuickRoute
from ticket_contracts.views import TicketView

ONE, TWO = (str(uuid.UUID(int=n)) for n in (1, 2))

QUICK = [
    f"/tickets/{ONE}",
    f"/tickets/{TWO}",
    "/tickets",
    "/tickets?status=open&status=closed&limit=1",
    "/tickets?tag=a&tag=b&sort=-created_at&has_note=false",
    "/tickets?q=printer",
]
LONG = [
    f"/tickets/{ONE}?x=1",
    f"/tickets/{ONE}/timeline",
    "/tickets?limit=1&limit=2",
    "/tickets?limit=0",
    "/tickets?colour=red",
    "/tickets?cursor=nonsense&sort=sideways",
    "/dashboard",
]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the templates of the short ways that were taken, as they are."""
    found: list[str] = []
    handle = QuickRoute.handle

    async def note(route: QuickRoute, scope: Scope, receive: Receive, send: Send) -> None:
        found.append(route.path)
        await handle(route, scope, receive, send)

    monkeypatch.setattr(QuickRoute, "handle", note)
    return found


@pytest.fixture
async def some(in_memory: Any, a_view: Callable[..., TicketView]) -> None:
    """Store a ticket."""
    await in_memory.writer.write_views([a_view(ONE, tags=("a", "b"))])


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize("path", QUICK)
async def test_the_short_way_answers_as_the_long_one(
    app: FastAPI, client: httpx2.AsyncClient, taken: list[str], path: str
) -> None:
    preferring = {"Prefer": "wait=1"}  # without it, a ticket by its id is answered before any routing
    short = await client.get(path, headers=preferring)
    assert taken == ["/tickets/{ticket_id}" if path.startswith("/tickets/") else "/tickets"]
    app.router.routes[:] = [route for route in app.router.routes if not isinstance(route, QuickRoute)]
    long = await client.get(path, headers=preferring)
    assert len(taken) == 1
    assert (short.status_code, without_chance(short)) == (long.status_code, without_chance(long))


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize("path", LONG)
async def test_what_is_wrong_or_another_read_goes_the_long_way(
    client: httpx2.AsyncClient, taken: list[str], path: str
) -> None:
    answer = await client.get(path)
    assert not taken
    assert answer.status_code == (200 if "timeline" in path or path == "/dashboard" else 400)


@pytest.mark.parametrize("path", ["/tickets/", "/tickets/?limit=1"])
async def test_without_an_id_it_is_no_page(client: httpx2.AsyncClient, taken: list[str], path: str) -> None:
    answer = await client.get(path)
    assert not taken
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused_as_ever(client: httpx2.AsyncClient, taken: list[str], method: str) -> None:
    assert (await client.request(method, "/tickets")).status_code == 405
    assert not taken


def without_chance(answer: httpx2.Response) -> tuple[bytes, dict[str, str]]:
    """Return an answer without what differs from one request to the next."""
    passing = {"x-correlation-id", "correlation-id", "projection-lag-ms", "date"}
    body = answer.content if answer.is_success else answer.json() | {"instance": "", "correlation_id": ""}
    return body, {name: value for name, value in answer.headers.items() if name not in passing}

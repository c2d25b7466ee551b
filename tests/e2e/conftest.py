"""Clients of the stack that `make up` started."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import httpx2
import pytest

from tests.support.stack import Stack, running_stack

# A connection for each request would cost more than the request.
KEPT_OPEN = httpx2.Limits(max_connections=200, max_keepalive_connections=200)


class Clients(NamedTuple):
    """Plain HTTP clients of the three services, as any outside program would have them."""

    command: httpx2.AsyncClient
    query: httpx2.AsyncClient
    projector: httpx2.AsyncClient


@pytest.fixture(scope="session")
def stack() -> Stack:
    """Return the running stack; the tests of this folder need `make up` first."""
    return running_stack()


@pytest.fixture
async def clients(stack: Stack) -> AsyncIterator[Clients]:
    """Yield clients of the three services."""
    command, query, projector = (
        httpx2.AsyncClient(base_url=stack.urls[name], timeout=15, limits=KEPT_OPEN)
        for name in ("command-service", "query-service", "projector-service")
    )
    async with command, query, projector:
        yield Clients(command, query, projector)


Create = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def create(clients: Clients) -> Create:
    """Return a function that creates a ticket and gives the answer."""

    async def create(**fields: str) -> httpx2.Response:
        body = {"customer_id": "e2e", "subject": "Printer", "message": "It is on fire"} | fields
        answer = await clients.command.post("/tickets", json=body)
        assert answer.status_code == 201, answer.text
        return answer

    return create

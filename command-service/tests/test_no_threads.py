"""No command is handed to a worker thread and back: that is what FastAPI does with whatever is not a coroutine."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from command_service.http.batch import batch_routes
from command_service.http.freshness import freshness_routes
from command_service.http.tickets import ticket_routes

UNUSED: Any = None
ROUTERS = [ticket_routes(UNUSED, UNUSED), batch_routes(UNUSED, UNUSED), freshness_routes(UNUSED)]


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """Yield what is called for a request: the endpoint, and all that it depends on."""
    yield dependant.call
    for each in dependant.dependencies:
        yield from calls_of(each)


@pytest.mark.parametrize("router", ROUTERS, ids=["tickets", "batch", "freshness"])
def test_all_that_a_request_calls_is_a_coroutine(router: APIRouter) -> None:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    assert routes
    called = {call for route in routes for call in calls_of(route.dependant)}
    called |= {depends.dependency for depends in router.dependencies}
    assert len(called) > len(routes)
    assert all(inspect.iscoroutinefunction(call) for call in called)

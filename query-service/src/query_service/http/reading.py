"""Which generation a request reads: one from its start to its end, whatever is switched meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import structlog
from fastapi import Request
from pymongo.errors import PyMongoError
from starlette.types import ASGIApp, Receive, Scope, Send

from query_service.http.read_headers import READS
from query_service.ports import NothingServed
from query_service.queries import Queries
from ticket_chassis.problems import UNAVAILABLE, ProblemError

log = structlog.get_logger(__name__)

Reading = Callable[[Request], Queries]
"""Returns the queries of a request."""

_KEY = "query_service.queries"


class Hold(Protocol):
    """A generation that is held for one request."""

    @property
    def queries(self) -> Queries:
        """What it is asked."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


class GenerationMiddleware:
    """Holds the generation that serves for each of READS, until its answer is out."""

    def __init__(self, app: ASGIApp, hold: Callable[[], Awaitable[Hold]]) -> None:
        self._app = app
        self._hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; 503 before it is known what to read from."""
        if scope["type"] != "http" or not scope["path"].startswith(READS):
            await self._app(scope, receive, send)
            return
        try:
            hold = await self._hold()
        except (NothingServed, PyMongoError) as error:
            log.warning("nothing to read from", error=type(error).__name__)
            await ProblemError(UNAVAILABLE, "The read model is not at hand").response()(scope, receive, send)
            return
        try:
            scope[_KEY] = hold.queries
            await self._app(scope, receive, send)
        finally:
            hold.release()


def held(request: Request) -> Queries:
    """Return the queries that GenerationMiddleware holds for a request."""
    return cast("Queries", request.scope[_KEY])

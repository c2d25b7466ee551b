"""A limit on the requests in hand: above it a client is told to come back, instead of everything growing slow."""

from starlette.types import ASGIApp, Receive, Scope, Send

from ticket_chassis.metrics import Metrics
from ticket_chassis.problems import OVERLOADED, ProblemError

EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
"""Whoever watches the service has to be answered above all when it has too much to do."""


class OverloadMiddleware:
    """Serves at most `limit` requests at a time; the others are answered 503 `overloaded` with Retry-After.

    The paths in `endless` are not counted: whoever answers them limits them by itself.
    """

    def __init__(self, app: ASGIApp, limit: int, metrics: Metrics, endless: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._limit = limit
        self._exempt = EXEMPT | endless
        self._running = 0
        metrics.gauge("requests_running", "Requests in hand").set_function(lambda: self._running)
        self._refused = metrics.counter("requests_refused_total", "Requests refused for overload")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        if self._running >= self._limit:
            self._refused.inc()
            await ProblemError(OVERLOADED, "Too many requests are in hand").response()(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1

"""Every request that was not answered as it was meant is logged: what it was and how it ended, never what it said."""

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


class AccessLogMiddleware:
    """Logs each answer from 400 on, with method, route, status and duration; the correlation id is bound already.

    The route is the template, such as `/tickets/{ticket_id}`; a path may be anybody's text. Successes are counted
    by the metrics, and would be most of the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                route = getattr(scope.get("route"), "path", None)
                duration_ms = round((perf_counter() - started) * 1000, 1)
                method, status = scope["method"], message["status"]
                log.info("request refused", method=method, route=route, status=status, duration_ms=duration_ms)
            await send(message)

        await self._app(scope, receive, watch)

"""The headers that every read carries, errors included: what varies it, that it is fresh, how far it lags."""

from collections.abc import Callable
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

READS = ("/tickets", "/dashboard", "/export", "/freshness")
STREAM = "/stream"

LagMs = Callable[[datetime | None], int]
"""Returns how far behind, in milliseconds, what is complete until a time is; for None, what is at hand now."""

_STATE = "query_service.complete_until"
_SAID = "query_service.said"

_SAME = (
    (b"vary", b"Prefer, Consistency-Token, Accept-Encoding"),
    (b"cache-control", b"private, no-cache"),
)


def note_state(scope: Scope, complete_until: datetime) -> None:
    """Note how far the read model is at least, just before a request reads it."""
    scope[_STATE] = complete_until


def note_said(scope: Scope, headers: dict[str, str]) -> None:
    """Note the headers that say what became of a request's token and preferences."""
    scope[_SAID] = headers


def said(scope: Scope) -> dict[str, str]:
    """Return what `note_said` noted, for a problem: "not found" means "not here yet" where it comes with `stale`."""
    headers: dict[str, str] = scope.get(_SAID, {})
    return headers


def read_headers(lag_ms: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of a read that is answered with this lag."""
    return [*_SAME, (b"projection-lag-ms", str(lag_ms).encode())]


class ReadHeadersMiddleware:
    """Adds Vary, Cache-Control and Projection-Lag-Ms to the answers of READS, and of STREAM.

    The lag is that of the state which was read, however long the reading took: of when `note_state` was called, or now.
    """

    def __init__(self, app: ASGIApp, lag_ms: LagMs) -> None:
        self._app = app
        self._lag_ms = lag_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith((*READS, STREAM)):
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *read_headers(self._lag_ms(scope.get(_STATE)))]
            await send(message)

        await self._app(scope, receive, answer)

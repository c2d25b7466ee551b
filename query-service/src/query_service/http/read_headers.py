"""The headers that every read carries, errors included: what varies it, that it is fresh, how far it lags."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

READS = ("/tickets", "/dashboard", "/export", "/freshness")
STREAM = "/stream"

_SAME = (
    (b"vary", b"Prefer, Consistency-Token, Accept-Encoding"),
    (b"cache-control", b"private, no-cache"),
)


def read_headers(lag_ms: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of a read that is answered with this lag."""
    return [*_SAME, (b"projection-lag-ms", str(lag_ms).encode())]


class ReadHeadersMiddleware:
    """Adds Vary, Cache-Control and Projection-Lag-Ms to the answers of READS, and of STREAM."""

    def __init__(self, app: ASGIApp, lag_ms: Callable[[], int]) -> None:
        self._app = app
        self._lag_ms = lag_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith((*READS, STREAM)):
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *read_headers(self._lag_ms())]
            await send(message)

        await self._app(scope, receive, answer)

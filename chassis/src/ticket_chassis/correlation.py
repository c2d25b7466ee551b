"""The correlation id of the work at hand: taken from the request or made, logged, answered, put on every event."""

from contextvars import ContextVar
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-correlation-id"
MAX_LENGTH = 200

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def correlation_id() -> str:
    """Return the id of the request at hand, empty outside of one."""
    return _current.get()


def chosen_id(given: str) -> str:
    """Return the id that a client gave, or a new one where it gave none that can be used."""
    return given if 0 < len(given) <= MAX_LENGTH and given.isprintable() and given.isascii() else str(uuid4())


class CorrelationMiddleware:
    """Binds the correlation id for the length of a request; an unusable one is replaced, never refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        current = chosen_id(Headers(scope=scope).get(HEADER, ""))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = current
            await send(message)

        token = _current.set(current)
        with structlog.contextvars.bound_contextvars(correlation_id=current):
            try:
                await self._app(scope, receive, answer)
            finally:
                _current.reset(token)

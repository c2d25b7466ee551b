"""Request bodies are taken in whole, within limits, before anything else is done with the request.

So a client that sends slowly, or sends too much, holds a connection and nothing else: no place among the requests in
hand, no lock, no database session. `connection` limits the time that a body may take.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticket_chassis.problems import OVERLOADED, TOO_LARGE, ProblemError

BODY_MAX = 1024 * 1024
HELD_MAX = 64 * 1024 * 1024
_CLOSE = {"Connection": "close"}  # what is left of the body is not waited for


class _Gone(Exception):
    """The client went away in the middle of its body."""


class BodyMiddleware:
    """Answers 413 above `body_max` bytes without reading on, 503 while all bodies in hand are above `held_max`."""

    def __init__(self, app: ASGIApp, body_max: int = BODY_MAX, held_max: int = HELD_MAX) -> None:
        self._app = app
        self._body_max = body_max
        self._held_max = held_max
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        announced = _announced_length(scope["headers"]) if scope["type"] == "http" else 0
        if announced == 0:
            await self._app(scope, receive, send)
            return
        chunks: list[bytes] = []
        try:
            await self._take_in(chunks, announced, receive)
        except ProblemError as problem:
            await problem.response()(scope, receive, send)
        except _Gone:
            return
        else:
            await self._app(scope, _replay(b"".join(chunks), receive), send)
        finally:
            self._held -= sum(map(len, chunks))

    async def _take_in(self, chunks: list[bytes], announced: int | None, receive: Receive) -> None:
        if announced is not None and announced > self._body_max:
            raise self._too_large()
        length, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            chunks.append(message.get("body", b""))
            length += len(chunks[-1])
            self._held += len(chunks[-1])
            if length > self._body_max:
                raise self._too_large()
            if self._held > self._held_max:
                raise ProblemError(OVERLOADED, "Too much is being sent at the same time", headers=_CLOSE)
            more = message.get("more_body", False)

    def _too_large(self) -> ProblemError:
        return ProblemError(TOO_LARGE, f"The body is larger than {self._body_max // 1024} KiB", headers=_CLOSE)


def _announced_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Return the length of the body in bytes: 0 without one, None where only its end will tell."""
    length = 0
    for name, value in headers:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value)
    return length


def _replay(body: bytes, receive: Receive) -> Receive:
    first: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def again() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        message, first = first, None
        return message

    return again

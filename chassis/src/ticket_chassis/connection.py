"""What one connection may cost: how long a request may take to come in, and how large its head may be.

uvicorn and its parser have no such limits: a head that trickles in, or a URL without end, would be kept for ever.
Bodies are limited in size by `bodies`, requests in number by `overload`.
"""

import asyncio
from enum import Enum
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from ticket_chassis.lingering import LingeringTransport
from ticket_chassis.methods import without_unknown_method
from ticket_chassis.overload import EXEMPT
from ticket_chassis.pipelining import PipelineFlow
from ticket_chassis.problems import MALFORMED_REQUEST, OVERLOADED, ProblemError
from ticket_chassis.upgrades import RequestParser

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
STALL_SECONDS = 30.0
HEAD_BYTES = 64 * 1024


class _Due(Enum):
    """What the client still owes of the request at hand."""

    HEAD = "head"
    BODY = "body"
    NOTHING = "nothing"


class GuardedProtocol(HttpToolsProtocol):
    """Cuts off who takes over 10 s for a head or for a body, or reads nothing of an answer for 30 s.

    Whoever reads slowly has as long as it takes.

    Above `limit_concurrency` connections a new one is answered 503 `overloaded`; above twice as many it is cut off.
    """

    transport: LingeringTransport
    parser: RequestParser  # type: ignore[assignment] # all that uvicorn asks of one

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.parser = RequestParser(self)
        # uvicorn's own answer at its limit is no problem document.
        self._max_connections, self.limit_concurrency = self.limit_concurrency, None
        self._answered: RequestResponseCycle | None = None
        self._due = _Due.NOTHING
        # Read since a message or its body began, or a piece of its body came: the parser keeps them.
        self._fruitless_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; the first head is due from here on."""
        super().connection_made(LingeringTransport(transport, self._is_owed))
        self.flow = PipelineFlow(self.transport, self.pipeline)
        if self._max_connections is not None and len(self.connections) > self._max_connections:
            self.app = crowded(self.app)
            if len(self.connections) > 2 * self._max_connections:
                self.transport.abort()
                return
        self._set_deadline(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._clear_deadline()
        self.resume_writing()
        self.transport.lost()
        if self._answered is not None:
            # uvicorn tells the request that came last, which may be one that waits behind this.
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; it belongs to nobody once the connection is being closed."""
        if self.transport.is_closing():
            return
        self._fruitless_bytes += len(data)
        if not self._is_owed():
            data, unknown = without_unknown_method(data)
            if unknown is not None:
                self.parser.call_next(unknown)
        super().data_received(data)
        if self._is_owed() and self._fruitless_bytes > HEAD_BYTES:
            self.send_400_response("")
        if self._timer is None and (self._is_owed() or self._is_idle()):
            self._set_deadline(BODY_SECONDS if self._due is _Due.BODY else HEAD_SECONDS)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._due, self._fruitless_bytes = _Due.HEAD, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes behind a body as if it were one is none (RFC 9110 section 6.5.1)."""
        if self._due is _Due.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on; raises ValueError, which the parser turns into a 400, for too large a head."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            raise ValueError("head too large")
        super().on_headers_complete()
        self._due, self._fruitless_bytes = _Due.BODY, 0
        self._clear_deadline()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        super().on_body(body)
        self._fruitless_bytes = 0

    def on_message_complete(self) -> None:
        """Note that the request is here, whole."""
        if self.parser.is_cut_short:
            return
        super().on_message_complete()
        self._due = _Due.NOTHING
        self._clear_deadline()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer what is not HTTP with a problem and close; in the midst of another answer, only close."""
        if not self._is_answering():
            self.transport.write(_NOT_HTTP)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def pause_writing(self) -> None:
        """Wait for a client that does not read, 30 s at most."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, self._for_version(cycle, app))

    # Applications by name of uvicorn's types and of Starlette's, which know nothing of each other.
    def _for_version(self, cycle: RequestResponseCycle, app: Any) -> Any:
        return unchunked(app, cycle, self.transport) if cycle.scope["http_version"] == "1.0" else app

    def _is_owed(self) -> bool:
        return self._due is not _Due.NOTHING

    def _is_idle(self) -> bool:
        # uvicorn's keep-alive timer ends with the first byte, even if that is only a line end between requests.
        return (self.cycle is None or self.cycle.response_complete) and self.timeout_keep_alive_task is None

    def _is_answering(self) -> bool:
        if self.cycle is None or self.cycle.response_complete:
            return False
        return self.cycle.response_started or self._due is not _Due.BODY or bool(self.pipeline)

    def _await_reading(self) -> None:
        self._stall = self.loop.call_later(
            STALL_SECONDS, self._look_for_reading, self.transport.get_write_buffer_size()
        )

    def _look_for_reading(self, unread: int) -> None:
        if self.transport.get_write_buffer_size() < unread:
            self._await_reading()
        else:
            self.transport.abort()

    def _set_deadline(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._cut_off)

    def _clear_deadline(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self) -> None:
        if self.pipeline or self.flow.read_paused:
            # It waits for us, not for the client: behind another request, or full of what nobody has read yet.
            self._set_deadline(BODY_SECONDS)
        else:
            self.transport.abort()


def crowded(app: ASGIApp) -> ASGIApp:
    """Return what a connection above the limit is served with: 503 `overloaded`, but for whoever asks how we are."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await app(scope, receive, send)
        else:
            problem = ProblemError(OVERLOADED, "Too many connections", headers={"Connection": "close"})
            await problem.response()(scope, receive, send)

    return answer


def unchunked(app: ASGIApp, cycle: RequestResponseCycle, transport: LingeringTransport) -> ASGIApp:
    """Return what a client of HTTP/1.0 is served with: an answer of unknown length lasts as long as the connection.

    Such a client knows no chunks (RFC 9112 section 6.1), and took their lengths for a part of what it had asked for.
    An answer that breaks off ends with a reset: a mere end would make it look whole.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        has_length = True

        async def send_plain(message: Message) -> None:
            nonlocal has_length
            if message["type"] == "http.response.start":
                has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
                cycle.chunked_encoding = None if has_length else False
            elif not has_length:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, send_plain)
        finally:
            if cycle.response_started and not cycle.response_complete:
                transport.reset()

    return answer


def _whole_answer(problem: ProblemError) -> bytes:
    response = problem.response()
    head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
    return STATUS_LINE[response.status_code] + head + b"connection: close\r\n\r\n" + bytes(response.body)


_NOT_HTTP = _whole_answer(ProblemError(MALFORMED_REQUEST, "This is not valid HTTP, or its head is larger than 64 KiB"))

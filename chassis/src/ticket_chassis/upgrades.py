"""A request that asks for another protocol is a request like any other (RFC 9110 section 7.8).

Java's HTTP client and `curl --http2` ask with every request whether they may speak HTTP/2. httptools takes the head of
such a request for the whole, and what comes behind it, its own body first, for the other protocol: a command would be
done without what it says. So the parser is fed again from there on.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING = (b"content-length", b"transfer-encoding")
_HEAD = ("on_message_begin", "on_url", "on_header", "on_headers_complete")
_BODY = ("on_body", "on_message_complete")


class RequestParser:
    """A parser as HttpToolsProtocol uses it, that goes on behind a head which asks for another protocol."""

    get_method: Callable[[], bytes]

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        self._use(HttpRequestParser(protocol))

    @property
    def is_cut_short(self) -> bool:
        """Whether httptools ends the message at hand with its head, although a body may come."""
        return bool(self.should_upgrade()) and any(name in _FRAMING for name, _ in self._protocol.headers)

    def feed_data(self, data: bytes) -> None:
        """Parse what came; raises HttpParserError for what is not HTTP."""
        rest = memoryview(data)
        while rest:
            try:
                self._parser.feed_data(rest)
            except HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                if self.is_cut_short:
                    self._go_on_with_body(self._protocol.headers)
            else:
                return

    def call_next(self, method: bytes) -> None:
        """Let the next message have a method of this name, whatever it is read with."""
        read = self.get_method

        def once() -> bytes:
            self.get_method = read
            return method

        self.get_method = once

    def _go_on_with_body(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        framing = [b"%b: %b\r\n" % header for header in headers if header[0] in _FRAMING]
        listener = _BehindTheHead(self._protocol)
        self._use(HttpRequestParser(listener))
        self._parser.feed_data(b"POST / HTTP/1.1\r\n" + b"".join(framing) + b"\r\n")
        listener.is_behind = True

    def _use(self, parser: HttpRequestParser) -> None:
        parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self._parser = parser
        self.get_method, self.get_http_version = parser.get_method, parser.get_http_version
        self.should_keep_alive, self.should_upgrade = parser.should_keep_alive, parser.should_upgrade


class _BehindTheHead:
    """Tells a protocol what a parser finds, but not of the head that the parser is fed first."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self.is_behind = False
        for name in _HEAD:
            setattr(self, name, partial(self._tell, getattr(protocol, name)))
        for name in _BODY:
            setattr(self, name, getattr(protocol, name))

    def _tell(self, callback: Callable[..., None], *found: Any) -> None:
        if self.is_behind:
            callback(*found)

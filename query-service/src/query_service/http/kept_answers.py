"""Answers that are kept go out before any other work is done: no routing, no validation, no question to the database.

Only what the long way has answered with 200 is kept, under what was asked to the letter; so a request that finds an
answer here would have been answered with it there. Whatever else has a say in an answer (a token, preferences, a body)
makes a request go the long way.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from query_service.http.compression import goes_gzipped, gzipped
from query_service.http.read_headers import read_headers
from query_service.http.responses import JSON, target_of, validate
from query_service.queries import Queries
from ticket_chassis.correlation import HEADER, chosen_id
from ticket_chassis.metrics import Metrics

_LONG_WAY = frozenset({b"consistency-token", b"prefer", b"content-length", b"transfer-encoding"})
_CORRELATION = HEADER.encode()
_PLAIN = ((b"content-type", JSON.encode()),)
_GZIPPED = (*_PLAIN, (b"content-encoding", b"gzip"))


class KeptAnswersMiddleware:
    """Answers from what is kept; goes around all other middleware, and does what of theirs concerns a success."""

    def __init__(self, app: ASGIApp, at_hand: Callable[[], Queries | None], metrics: Metrics) -> None:
        """Take what tells the generation that serves, if that is known without looking."""
        self._app = app
        self._at_hand = at_hand
        self._given = metrics.counter("kept_answers_given_total", "Reads answered from memory")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        queries = self._at_hand() if scope["type"] == "http" and scope["method"] == "GET" else None
        kept = queries.answers.get(target_of(scope)) if queries is not None else None
        said = _said(scope) if kept is not None else None
        if queries is None or kept is None or said is None:
            await self._app(scope, receive, send)
            return
        condition, accepted, correlation = said
        # No await since the answer was looked up: the lag is that of the same moment.
        headers = [*read_headers(queries.board.lag_ms()), (_CORRELATION, chosen_id(correlation).encode())]
        self._given.inc()
        is_gzip = bool(accepted) and goes_gzipped(kept, accepted)
        tag, known = validate(kept, is_gzip, condition)
        headers += [(b"etag", tag), *kept.headers]
        body = b""
        if not known:
            body = await gzipped(kept, target_of(scope), queries.answers) if is_gzip else kept.body
            headers += [*(_GZIPPED if is_gzip else _PLAIN), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 304 if known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _said(scope: Scope) -> tuple[str, str, str] | None:
    """Return If-None-Match, Accept-Encoding and the correlation id of a request, empty for none.

    None where it goes the long way.
    """
    condition, accepted, correlation = "", "", ""
    for name, value in scope["headers"]:
        if name in _LONG_WAY:
            return None
        if name == b"if-none-match":
            condition += value.decode("latin-1") + ","
        elif name == b"accept-encoding":
            accepted += value.decode("latin-1") + ","
        elif name == _CORRELATION and not correlation:
            correlation = value.decode("latin-1")
    return condition, accepted, correlation

"""Answers that are kept go out before any other work is done: no routing, no validation, no question to the database.

Only what is answered with 200 is kept, under what was asked to the letter; so a request that finds an answer here would
have been answered with it on the long way. A ticket by its id that is not kept is read here, too: routing and
middleware cost more than that. Whatever else has a say in an answer (a token, preferences, a body), and whatever is not
a 200, goes the long way.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from query_service.answers import Answer
from query_service.asked_for import Target
from query_service.http.compression import goes_gzipped, gzipped
from query_service.http.read_headers import LagMs, read_headers
from query_service.http.responses import JSON, target_of, validate
from query_service.http.tickets import FAILURE, plain_ticket_id, read_ticket
from query_service.queries import Queries
from query_service.queries.show_ticket import NoSuchTicket
from ticket_chassis.correlation import HEADER, chosen_id
from ticket_chassis.metrics import Metrics

_LONG_WAY = frozenset({b"consistency-token", b"prefer", b"content-length", b"transfer-encoding"})
_CORRELATION = HEADER.encode()
_PLAIN = ((b"content-type", JSON.encode()),)
_GZIPPED = (*_PLAIN, (b"content-encoding", b"gzip"))


READ_AT_ONCE = 100
"""Tickets that are read here at a time; beyond it the long way limits what is in hand."""


class KeptAnswersMiddleware:
    """Answers from what is kept; goes around all other middleware, and does what of theirs concerns a success."""

    def __init__(self, app: ASGIApp, at_hand: Callable[[], Queries | None], lag_ms: LagMs, metrics: Metrics) -> None:
        """Take what tells the generation that serves, if that is known without looking."""
        self._app = app
        self._at_hand = at_hand
        self._lag_ms = lag_ms
        self._given = metrics.counter("kept_answers_given_total", "Reads answered from memory")
        self._reading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        queries = self._at_hand() if scope["type"] == "http" and scope["method"] == "GET" else None
        said = _said(scope) if queries is not None else None
        found = await self._find(scope, queries) if queries is not None and said is not None else None
        if queries is None or said is None or found is None:
            await self._app(scope, receive, send)
            return
        answer, lag_ms = found
        condition, accepted, correlation = said
        headers = [*read_headers(lag_ms), (_CORRELATION, chosen_id(correlation).encode())]
        is_gzip = bool(accepted) and goes_gzipped(answer, accepted)
        tag, known = validate(answer, is_gzip, condition)
        headers += [(b"etag", tag), *answer.headers]
        body = b""
        if not known:
            body = await gzipped(answer, target_of(scope), queries.answers) if is_gzip else answer.body
            headers += [*(_GZIPPED if is_gzip else _PLAIN), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 304 if known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _find(self, scope: Scope, queries: Queries) -> tuple[Answer, int] | None:
        """Return an answer and how far behind it is, as of when it was looked up; None where the long way has it."""
        asked = target_of(scope)
        kept = queries.answers.get(asked)
        if kept is not None:
            self._given.inc()
            return kept, queries.board.lag_ms()
        ticket_id = plain_ticket_id(scope)
        if ticket_id is None or self._reading >= READ_AT_ONCE:
            return None
        complete_until = queries.board.complete_until
        answer = await self._read(scope, asked, ticket_id, queries)
        return None if answer is None else (answer, self._lag_ms(complete_until))

    async def _read(self, scope: Scope, asked: Target, ticket_id: str, queries: Queries) -> Answer | None:
        # Nothing holds the generation: from one that is dropped meanwhile nothing is found, and the long way looks.
        self._reading += 1
        try:
            return await read_ticket(asked, ticket_id, queries)
        except NoSuchTicket:
            return None
        except Exception as error:  # noqa: BLE001 - raised again on the long way, which says what it means
            scope[FAILURE] = error
            return None
        finally:
            self._reading -= 1


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

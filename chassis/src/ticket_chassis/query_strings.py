"""Query strings that are not text are refused: decoded somehow, they would be another question than was asked."""

import re
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from ticket_chassis.problems import BAD_PARAMETER, ProblemError

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class QueryStringMiddleware:
    """Answers 400 `bad-parameter` unless the query string is percent-encoded UTF-8 (RFC 3986 section 2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        query: bytes = scope.get("query_string", b"")
        if query and not _is_text(query):
            problem = ProblemError(BAD_PARAMETER, "The query string is not percent-encoded UTF-8")
            await problem.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_text(query: bytes) -> bool:
    if _BAD_ESCAPE.search(query):
        return False
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return True

"""The short way of the two reads that are asked most, when nothing is wrong with what they ask.

FastAPI finds out at each request what the endpoint takes, and from where: more work than the read itself. Here the same
model reads the parameters; whatever it refuses goes on to FastAPI's route of the same path, which says what is wrong.
"""

from collections.abc import Awaitable, Callable

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from query_service.http.parameters import REPEATABLE, ListParameters
from query_service.http.reading import Reading
from query_service.http.tickets import answer_list, answer_ticket, plain_ticket_id

Answering = Callable[[Request], Awaitable[Response]]
Taking = Callable[[Scope], Answering | None]
"""Returns what answers a request, None where that is to go on to the next route."""

_ANSWERING = "query_service.answering"


class QuickRoute(BaseRoute):
    """A route that takes just the requests that `taking` finds well made; `path` is its template, for the log."""

    def __init__(self, path: str, taking: Taking) -> None:
        self.path = self.path_format = path
        self._taking = taking

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether this route answers the request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return Match.NONE, {}
        answering = self._taking(scope)
        return (Match.NONE, {}) if answering is None else (Match.FULL, {_ANSWERING: answering, "route": self})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that matched."""
        response = await scope[_ANSWERING](Request(scope, receive))
        await response(scope, receive, send)


def quick_routes(reading: Reading) -> list[BaseRoute]:
    """Return the short ways; they go before all other routes."""

    def take_list(scope: Scope) -> Answering | None:
        parameters = _list_parameters(scope["query_string"]) if scope["path"] == "/tickets" else None
        if parameters is None:
            return None
        return lambda request: answer_list(request, parameters.query(), reading(request))

    def take_ticket(scope: Scope) -> Answering | None:
        ticket_id = plain_ticket_id(scope)
        return None if ticket_id is None else lambda request: answer_ticket(request, ticket_id, reading(request))

    return [QuickRoute("/tickets", take_list), QuickRoute("/tickets/{ticket_id}", take_ticket)]


def _list_parameters(query: bytes) -> ListParameters | None:
    """Return the parameters of a list, None where they are not what the model takes."""
    given: dict[str, str | list[str]] = {}
    for name, value in QueryParams(query).multi_items():
        if name in REPEATABLE:
            given.setdefault(name, []).append(value)  # type: ignore[union-attr] # of these all are lists
        elif name in given:
            return None
        else:
            given[name] = value
    try:
        return ListParameters.model_validate(given)
    except ValidationError:
        return None

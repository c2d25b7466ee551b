"""The problems of this service's own, and how the errors of its queries become problems."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from query_service.arrivals import TooManyWaiting
from query_service.domain.cursors import BadCursor
from query_service.http.read_headers import said
from query_service.live.feed import NoChanges
from query_service.live.streams import TooManyStreams
from query_service.ports import ListsNotReady
from query_service.queries.show_ticket import NoSuchTicket
from ticket_chassis.problems import (
    BAD_PARAMETER,
    OVERLOADED,
    TICKET_NOT_FOUND,
    UNAVAILABLE,
    FieldError,
    ProblemError,
    ProblemType,
)

READ_MODEL_BEHIND = ProblemType(
    "read-model-behind",
    503,
    "The read model does not show the write yet",
    "Try again after Retry-After, allow more time with Prefer: wait=10, or take what there is with "
    "Prefer: handling=lenient.",
)
TICKET_PARKED = ProblemType(
    "ticket-parked",
    503,
    "The ticket is parked",
    "Its history holds a message that could not be applied; operators have been told. Waiting does not help. "
    "Prefer: handling=lenient shows the ticket as it was before.",
)
PROBLEMS = (READ_MODEL_BEHIND, TICKET_PARKED)


def bad_parameter(name: str, detail: str) -> ProblemError:
    """Return the problem of one query parameter."""
    errors = [FieldError("parameter", name, detail)]
    return ProblemError(BAD_PARAMETER, f"{name}: {detail}", errors=errors)


def map_domain_errors(app: FastAPI) -> None:
    """Let the app answer this service's errors as problems."""

    async def on_no_ticket(request: Request, _: Exception) -> Response:
        return ProblemError(TICKET_NOT_FOUND, "Ticket not found", headers=said(request.scope)).response()

    async def on_bad_cursor(_: Request, error: Exception) -> Response:
        return bad_parameter("cursor", str(error)).response()

    async def on_too_many(_: Request, __: Exception) -> Response:
        return ProblemError(OVERLOADED, "Too many requests wait for the read model already").response()

    async def on_lists_not_ready(_: Request, __: Exception) -> Response:
        return ProblemError(READ_MODEL_BEHIND, "Lists are being made ready for the first time").response()

    app.add_exception_handler(ListsNotReady, on_lists_not_ready)
    app.add_exception_handler(NoSuchTicket, on_no_ticket)
    app.add_exception_handler(BadCursor, on_bad_cursor)

    async def on_too_many_streams(_: Request, __: Exception) -> Response:
        return ProblemError(OVERLOADED, "Too many clients listen already").response()

    async def on_no_changes(_: Request, __: Exception) -> Response:
        return ProblemError(UNAVAILABLE, "Changes cannot be read at the moment").response()

    app.add_exception_handler(TooManyWaiting, on_too_many)
    app.add_exception_handler(TooManyStreams, on_too_many_streams)
    app.add_exception_handler(NoChanges, on_no_changes)

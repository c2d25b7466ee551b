"""Maps what goes wrong below HTTP to problems, once, at the edge."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticket_chassis.problems import (
    BAD_HEADER,
    BAD_PARAMETER,
    INTERNAL,
    INVALID,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    ProblemError,
    ProblemType,
)
from ticket_chassis.wording import in_words

log = structlog.get_logger(__name__)

BY_STATUS: dict[int, ProblemType] = {
    problem.status: problem
    for problem in (MALFORMED_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE)
}


def pointer(path: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a path of names and indexes."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _field_error(error: dict[str, Any]) -> FieldError:
    place, *path = error["loc"]
    if place == "query":
        # A parameter that may be repeated has one name, whichever of its values is wrong.
        return FieldError("parameter", str(path[0]), in_words(error))
    if place == "header":
        return FieldError("header", str(path[0]), in_words(error))
    return FieldError("pointer", pointer(path), in_words(error))


def from_validation(errors: Sequence[dict[str, Any]]) -> ProblemError:
    """Return the problem that a failed validation of a request is; `errors` as pydantic lists them."""
    if any(error["type"] == "json_invalid" for error in errors):
        return ProblemError(MALFORMED_REQUEST, "The body is not JSON")
    found = [_field_error(error) for error in errors]
    places = {error.where for error in found}
    if "pointer" in places:
        return ProblemError(INVALID, "The request breaks the rules that `errors` names", errors=found)
    problem = BAD_PARAMETER if "parameter" in places else BAD_HEADER
    return ProblemError(problem, "The request breaks the rules that `errors` names", errors=found)


def map_errors(app: FastAPI) -> None:
    """Let the app answer every error that it foresees as a problem; `DefectMiddleware` answers the others."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
        return error.response()

    async def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return from_validation(error.errors()).response()

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        problem = BY_STATUS.get(error.status_code, INTERNAL)
        return ProblemError(problem, problem.title, headers=error.headers).response()

    async def on_database(_: Request, error: Exception) -> Response:
        log.warning("database away", error=type(error).__name__)
        return ProblemError(UNAVAILABLE, "The database does not answer").response()

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(PyMongoError, on_database)


class DefectMiddleware:
    """Answers what nobody foresaw: 500 without details, which go to the log.

    Not an exception handler: Starlette runs that one outside of all middleware, where the correlation id is gone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise  # too late for another answer: the server cuts the connection
            log.exception("unhandled error", error=type(error).__name__)
            await ProblemError(INTERNAL, "Something went wrong here").response()(scope, receive, send)

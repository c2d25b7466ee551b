"""Errors as HTTP says them: application/problem+json (RFC 9457), each with a slug and a page on what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import JSONResponse

CONTENT_TYPE = "application/problem+json"
ERRORS_MAX = 50
"""A body of 1 MiB can break a hundred thousand rules; the first ones are enough to see what is wrong."""


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem; `advice` is what its page tells a client to do."""

    code: str
    status: int
    title: str
    advice: str

    @property
    def uri(self) -> str:
        """The problem's type, relative to the service: a page that it serves."""
        return f"/problems/{self.code}"


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong, and where: a JSON pointer, or the name of a parameter or header."""

    where: Literal["pointer", "parameter", "header"]
    name: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return the member of `errors`."""
        return {self.where: self.name, "detail": self.detail}


class ProblemError(Exception):
    """Raised anywhere below HTTP's edge; mapped to a response there, once."""

    def __init__(
        self,
        problem: ProblemType,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.errors = tuple(errors)[:ERRORS_MAX]
        self.headers = dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """Return the problem document."""
        body: dict[str, Any] = {
            "type": self.problem.uri,
            "title": self.problem.title,
            "status": self.problem.status,
            "detail": self.detail,
            "code": self.problem.code,
        }
        if self.errors:
            body["errors"] = [error.as_json() for error in self.errors]
        return body

    def response(self) -> JSONResponse:
        """Return the HTTP response; a 503 always says when to come back."""
        headers = dict(self.headers)
        if self.problem.status == 503:
            headers.setdefault("Retry-After", "1")
        return JSONResponse(self.as_json(), self.problem.status, headers, CONTENT_TYPE)


MALFORMED_REQUEST = ProblemType(
    "malformed-request", 400, "The body is not well-formed", "Send one JSON document in UTF-8, each name once."
)
BAD_PARAMETER = ProblemType(
    "bad-parameter", 400, "A query parameter is wrong", "Mend the parameter that `errors` names; see /docs."
)
BAD_HEADER = ProblemType("bad-header", 400, "A header is malformed", "Mend the header that `errors` names; see /docs.")
NOT_FOUND = ProblemType("not-found", 404, "No such page", "See /docs for the paths there are.")
TICKET_NOT_FOUND = ProblemType(
    "ticket-not-found", 404, "No such ticket", "Check the id. A ticket just created needs its Consistency-Token."
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", 405, "The method is not allowed here", "Use a method that the Allow header names."
)
TOO_LARGE = ProblemType("too-large", 413, "The request is too large", "Send less than 1 MiB and at most 500 commands.")
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type", 415, "The content type is not supported", "Send Content-Type: application/json."
)
INVALID = ProblemType("invalid", 422, "A field breaks a rule", "Mend what `errors` names; the request had no effect.")
UNAVAILABLE = ProblemType(
    "unavailable", 503, "The service cannot reach its database", "Try again after Retry-After, with the same key."
)
OVERLOADED = ProblemType("overloaded", 503, "The service has too much to do", "Try again after Retry-After.")
INTERNAL = ProblemType(
    "internal", 500, "The service has a defect", "Report it with the X-Correlation-Id of the answer."
)

COMMON: tuple[ProblemType, ...] = (
    MALFORMED_REQUEST,
    BAD_PARAMETER,
    BAD_HEADER,
    NOT_FOUND,
    TICKET_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID,
    UNAVAILABLE,
    OVERLOADED,
    INTERNAL,
)

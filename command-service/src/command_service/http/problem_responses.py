"""How /openapi.json tells of an operation's problems; their form and examples are components, made in chassis."""

from collections.abc import Sequence
from typing import Any

from ticket_chassis.problems import CONTENT_TYPE, ProblemType

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}

_RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}, "example": 1}
}
_CURRENT: dict[str, Any] = {
    "ETag": {"description": "The ticket's version, where there is a ticket", "schema": {"type": "string"}}
}


def problem_responses(*problems: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of an operation that may answer these problems, by status."""
    by_status: dict[int, list[ProblemType]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {status: _response(status, some) for status, some in sorted(by_status.items())}


def _response(status: int, problems: Sequence[ProblemType]) -> dict[str, Any]:
    examples = {problem.code: {"$ref": f"#/components/examples/{problem.code}"} for problem in problems}
    response: dict[str, Any] = {
        "description": "; ".join(f"`{problem.code}`: {problem.title}" for problem in problems),
        "content": {CONTENT_TYPE: {"schema": PROBLEM_SCHEMA, "examples": examples}},
    }
    headers = {412: _CURRENT, 503: _RETRY_AFTER}
    return response | {"headers": headers[status]} if status in headers else response

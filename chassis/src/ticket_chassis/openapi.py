"""/openapi.json as it is: nothing that FastAPI only supposes, and with what every answer of a service has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from ticket_chassis.correlation import HEADER
from ticket_chassis.problems import CONTENT_TYPE, ERRORS_MAX, NOT_FOUND, TICKET_NOT_FOUND, ProblemError, ProblemType

Operation = dict[str, Any]

_OF_BODIES = frozenset({"malformed-request", "too-large", "unsupported-media-type", "invalid", "key-reused"})
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_CORRELATION = {
    "description": "Id of the request in all logs: the one sent, or a new one",
    "schema": {"type": "string"},
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "A page of this service that says what to do"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "maxItems": ERRORS_MAX,
            "items": {"type": "object", "required": ["detail"], "additionalProperties": {"type": "string"}},
            "description": "Each with `detail` and one of `pointer`, `parameter`, `header`",
        },
    },
    "additionalProperties": False,
}


def describe_truthfully(app: FastAPI, problems: Iterable[ProblemType]) -> None:
    """Let the app's document say what every answer has, with the given problems as examples, and nothing untrue."""
    suppose, known = app.openapi, tuple(problems)

    def describe() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        document = suppose()
        for operation in _operations(document):
            _mend(operation, known)
        _add_components(document, known)
        return document

    app.openapi = describe  # type: ignore[method-assign] # FastAPI's own way to extend the document


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for item in document["paths"].values():
        yield from (operation for method, operation in item.items() if method in _METHODS)


def _add_components(document: dict[str, Any], problems: tuple[ProblemType, ...]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    components["headers"] = {HEADER.title(): _CORRELATION}
    components["examples"] = {
        problem.code: {"value": ProblemError(problem, problem.title).as_json()} for problem in problems
    }


def _mend(operation: Operation, problems: tuple[ProblemType, ...]) -> None:
    responses: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]  # FastAPI's form of an error, which no service gives
    for status, response in responses.items():
        response.setdefault("headers", {})[HEADER.title()] = {"$ref": f"#/components/headers/{HEADER.title()}"}
        if CONTENT_TYPE in response.get("content", {}):
            possible = [p.code for p in problems if p.status == int(status) and _can_have(operation, p)]
            supposed = {code: {"$ref": f"#/components/examples/{code}"} for code in possible}
            examples = response["content"][CONTENT_TYPE].get("examples", supposed)  # its own, where it names any
            schema = {"$ref": "#/components/schemas/Problem"}
            # Instead of the rest: FastAPI adds application/json to whatever has a model.
            response["content"] = {CONTENT_TYPE: {"schema": schema, "examples": examples}}


def _can_have(operation: Operation, problem: ProblemType) -> bool:
    if problem.code in _OF_BODIES:
        return "requestBody" in operation
    if problem in (TICKET_NOT_FOUND, NOT_FOUND):
        of_ticket = any(parameter["name"] == "ticket_id" for parameter in operation.get("parameters", ()))
        return of_ticket == (problem is TICKET_NOT_FOUND)
    return True

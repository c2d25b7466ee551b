"""What /openapi.json says of the commands. Bodies are read by `bodies`, so they are described here."""

from typing import Any

from fastapi import Response

from command_service.commands.catalogue import USE_CASES, UseCase
from ticket_contracts.fields import Status

_TICKET = {
    "type": "object",
    "required": ["id", "version", "status"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1},
        "status": {"type": "string", "enum": [status.value for status in Status]},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
}
_PROBLEM_TEXTS = {
    400: "Malformed JSON, header or query parameter",
    404: "Ticket not found",
    409: "The ticket's state, or a command at the same time, forbids it",
    412: "If-Match does not hold",
    413: "The request is too large",
    415: "Not application/json",
    422: "A field breaks a rule, or the key was used for another command",
    503: "Database away or overload; try again after Retry-After with the same key",
}
_ANSWER_HEADERS = {
    "ETag": {"description": 'Version of the ticket, such as "7"', "schema": {"type": "string"}},
    "Consistency-Token": {"description": "Send it with a read to see this write", "schema": {"type": "string"}},
}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": _PROBLEM}}
    retry = {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}}
    return {
        status: {"description": _PROBLEM_TEXTS[status], "content": content}
        | ({"headers": retry} if status == 503 else {})
        for status in statuses
    }


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _schema(case: UseCase) -> dict[str, Any]:
    schema = case.command.model_json_schema()
    definitions = schema.pop("$defs", {})
    resolved: dict[str, Any] = _inline(schema, definitions)
    return resolved


def _inline(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].rsplit("/", 1)[1]]
        return _inline(named | {name: value for name, value in node.items() if name != "$ref"}, definitions)
    return {name: _inline(value, definitions) for name, value in node.items()}


def describe(case: UseCase) -> dict[str, Any]:
    """Return the route arguments that document a single command."""
    creates = case.path is None
    name = case.command.__name__
    answer: dict[str, Any] = {
        "description": "Created" if creates else "Done, or nothing to change",
        "headers": dict(_ANSWER_HEADERS),
        "content": {"application/json": {"schema": _TICKET}},
    }
    if creates:
        location = {"description": "Path of the ticket on the query service", "schema": {"type": "string"}}
        answer["headers"]["Location"] = location
    parameters = [_header("Idempotency-Key", "1 to 200 visible characters; a retry with it gives the first answer")]
    if not creates:
        parameters.append(_header("If-Match", "Versions of which the ticket must have one, as entity tags"))
    body = {"required": not case.body_optional, "content": {"application/json": {"schema": _schema(case)}}}
    statuses = (400, 409, 413, 415, 422, 503) if creates else (400, 404, 409, 412, 413, 415, 422, 503)
    return {
        "name": name,
        "operation_id": name,
        "summary": name,
        "description": case.command.__doc__,
        "status_code": 201 if creates else 200,
        "response_class": Response,
        "responses": {(201 if creates else 200): answer} | _problems(*statuses),
        "openapi_extra": {"parameters": parameters, "requestBody": body},
    }


_COMMAND = {
    "type": "object",
    "required": ["type", "ticket_id", "key", "data"],
    "properties": {
        "type": {"type": "string", "enum": [case.command.__name__ for case in USE_CASES]},
        "ticket_id": {"type": "string", "format": "uuid", "description": "Made by the client"},
        "key": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Idempotency key"},
        "occurred_at": {"type": "string", "format": "date-time", "description": "Not in the future; now if absent"},
        "data": {"type": "object", "description": "What the single command takes as its body"},
    },
}
_OUTCOME = {
    "type": "object",
    "required": ["key", "ticket_id"],
    "properties": {
        "key": {"type": "string"},
        "ticket_id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1},
        "status": {"type": "string", "enum": [status.value for status in Status]},
        "token": {"type": "string"},
        "problem": _PROBLEM,
    },
}


def _list_of(name: str, item: dict[str, Any], **limits: int) -> dict[str, Any]:
    listed = {"type": "array", "items": item} | limits
    return {"application/json": {"schema": {"type": "object", "required": [name], "properties": {name: listed}}}}


BATCH: dict[str, Any] = {
    "operation_id": "RunCommands",
    "summary": "Many commands at once",
    "description": "Those of one ticket run in their order; a refusal does not stop the later ones.",
    "response_class": Response,
    "responses": {200: {"description": "An outcome per command, in order", "content": _list_of("outcomes", _OUTCOME)}}
    | _problems(400, 413, 415, 422, 503),
    "openapi_extra": {
        "requestBody": {"required": True, "content": _list_of("commands", _COMMAND, minItems=1, maxItems=500)}
    },
}

FRESHNESS: dict[str, Any] = {
    "operation_id": "Freshness",
    "summary": "How far Kafka is behind the store",
    "responses": _problems(400, 503),
}

"""What /openapi.json says of the pages that every service has."""

from typing import Any

from ticket_chassis.problems import CONTENT_TYPE

Responses = dict[int | str, dict[str, Any]]

_READINESS: dict[str, Any] = {
    "type": "object",
    "required": ["status", "problems", "details"],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "unready"]},
        "problems": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Why, by check"},
        "details": {"type": "object", "additionalProperties": {"type": "string"}, "description": "What else is so"},
    },
}


def _json(description: str, schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


HEALTHZ: Responses = {
    200: _json(
        "It works",
        {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
        {"status": "ok"},
    )
}
READYZ: Responses = {
    200: _json("It can serve", _READINESS, {"status": "ready", "problems": {}, "details": {}}),
    503: _json(
        "It cannot", _READINESS, {"status": "unready", "problems": {"mongodb": "ConnectionError"}, "details": {}}
    )
    | {"headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}}},
}
METRICS: Responses = {
    200: {
        "description": "Metrics in Prometheus' text format",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "tickets_command_requests_running 1.0"}},
    }
}
PROBLEM_PAGE: Responses = {
    200: {
        "description": "The page",
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<h1>No such page</h1>"}},
    },
    404: {"description": "There is no problem of this name", "content": {CONTENT_TYPE: {}}},
    503: {
        "description": "The service has too much to do",
        "headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}},
        "content": {CONTENT_TYPE: {}},
    },
}

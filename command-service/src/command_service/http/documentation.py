"""What /openapi.json says of the operations. Their bodies are read by hand, so they are described by hand."""

import re
from typing import Any

from fastapi import Response

from command_service.commands.catalogue import USE_CASES, UseCase
from command_service.domain.refusals import AlreadyClosed
from command_service.http import problems
from command_service.http.body_schemas import EXAMPLES, batch_schema, body_schema
from command_service.http.problem_responses import PROBLEM_SCHEMA, problem_responses
from ticket_chassis.problems import (
    BAD_HEADER,
    BAD_PARAMETER,
    INVALID,
    MALFORMED_REQUEST,
    OVERLOADED,
    TICKET_NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
    ProblemType,
)
from ticket_contracts.fields import UUID_PATTERN, Status
from ticket_contracts.partitioning import PARTITIONS

COMMANDS_MAX = 500

_ID = "0199f0a4-5b7c-7d3e-8f10-2a3b4c5d6e7f"
_OUTCOME = {"key": "row-1-1", "ticket_id": _ID, "version": 1, "status": "open", "token": f"{_ID}:1"}
_KEY = {"type": "string", "pattern": r'^([!#-~][!-~]{0,199}|"[!-~]{1,200}")$'}
_BARE_KEY = {"type": "string", "pattern": "^[!-~]{1,200}$"}
_TAG = r'(W/)?"[!#-~]*"'
_TAGS = {"type": "string", "pattern": rf"^(\*|{_TAG}( *, *{_TAG})*)$"}

_UUID = {"type": "string", "format": "uuid", "pattern": UUID_PATTERN}
_VERSION = {"type": "integer", "minimum": 1}
_STATUS = {"type": "string", "enum": [status.value for status in Status]}
_TOKEN = {"type": "string", "pattern": f"{UUID_PATTERN[:-1]}:[1-9][0-9]*$"}
_TICKET = {
    "type": "object",
    "required": ["id", "version", "status"],
    "properties": {"id": _UUID, "version": _VERSION, "status": _STATUS},
    "additionalProperties": False,
}

_BODY = (MALFORMED_REQUEST, BAD_PARAMETER, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID, UNAVAILABLE, OVERLOADED)
_SINGLE = (*_BODY, BAD_HEADER, problems.KEY_IN_USE, problems.KEY_REUSED, problems.VERSION_MISMATCH)
_CHANGE = (*_SINGLE, TICKET_NOT_FOUND, problems.TICKET_CLOSED, problems.CONFLICT)
_OF_ITS_OWN: dict[str, ProblemType] = {
    "UpdateStatus": problems.TICKET_RESOLVED,
    "ResolveTicket": problems.TICKET_RESOLVED,
    "ReopenTicket": problems.NOT_RESOLVED,
}

_STATUS_AFTER = {
    "UpdateStatus": Status.WAITING,
    "ResolveTicket": Status.RESOLVED,
    "CloseTicket": Status.CLOSED,
}


def _header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    # Without an example: /docs would fill it in, and the second command tried there would reuse the first one's key.
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


_KEY_HEADER = _header(
    "Idempotency-Key", "A retry with it gives the first answer; 1 to 200 visible characters, bare or in quotes", _KEY
)
_VERSIONS = _header("If-Match", 'Versions of which the ticket must have one, such as "7"', _TAGS)
_NO_VERSION = _header("If-Match", "A ticket yet to be made has no version: a tag never holds", {"const": "*"})


def describe(case: UseCase) -> dict[str, Any]:
    """Return the route arguments that document a single command."""
    name, creates = case.command.__name__, case.path is None
    own = (_OF_ITS_OWN[name],) if name in _OF_ITS_OWN else ()
    media = {"schema": body_schema(case), "examples": {name: {"value": EXAMPLES[name]}}}
    return {
        "name": name,
        "operation_id": name,
        "summary": re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize(),
        "description": case.command.__doc__,
        "status_code": 201 if creates else 200,
        "response_class": Response,
        "responses": _created() if creates else _done(name) | problem_responses(*_CHANGE, *own),
        "openapi_extra": {
            "parameters": [_KEY_HEADER, _NO_VERSION if creates else _VERSIONS],
            "requestBody": {"required": not case.body_optional, "content": {"application/json": media}},
        },
    }


def _created() -> dict[int | str, dict[str, Any]]:
    location = {
        "description": "Path of the ticket on the query service",
        "schema": {"type": "string", "pattern": f"^/tickets/{UUID_PATTERN[1:]}"},
        "example": f"/tickets/{_ID}",
    }
    # What can be done with a ticket next, and only if nobody else has changed it.
    links = {
        case.command.__name__: {
            "operationId": case.command.__name__,
            "parameters": {"path.ticket_id": "$response.body#/id", "header.If-Match": "$response.header.ETag"},
        }
        for case in USE_CASES
        if case.path is not None
    }
    answer = _ticket("Created, or created before under the same key", 1)
    answer["headers"]["Location"] = location
    return {201: answer | {"links": links}} | problem_responses(*_SINGLE)


def _done(name: str) -> dict[int | str, dict[str, Any]]:
    return {200: _ticket("Done, or nothing to change", 2, _STATUS_AFTER.get(name, Status.OPEN))}


def _ticket(description: str, version: int, status: Status = Status.OPEN) -> dict[str, Any]:
    headers = {
        "ETag": {
            "description": "Version of the ticket",
            "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
            "example": f'"{version}"',
        },
        "Consistency-Token": {
            "description": "Send it with a read to see this write",
            "schema": _TOKEN,
            "example": f"{_ID}:{version}",
        },
    }
    content = {"schema": _TICKET, "example": {"id": _ID, "version": version, "status": status.value}}
    return {"description": description, "headers": headers, "content": {"application/json": content}}


def _outcomes() -> dict[str, Any]:
    known = {"key": _BARE_KEY, "ticket_id": _UUID}
    done = known | {"version": _VERSION, "status": _STATUS, "token": _TOKEN}
    failed = known | {"problem": PROBLEM_SCHEMA}
    outcome = {
        "oneOf": [
            {"type": "object", "required": list(form), "properties": form, "additionalProperties": False}
            for form in (done, failed)
        ]
    }
    listed = {"type": "array", "items": outcome, "minItems": 1, "maxItems": COMMANDS_MAX}
    problem = ProblemError(problems.TICKET_CLOSED, AlreadyClosed.detail)
    refused = {"key": "row-1-2", "ticket_id": _ID, "problem": problem.as_json()}
    return {
        "schema": {"type": "object", "required": ["outcomes"], "properties": {"outcomes": listed}},
        "example": {"outcomes": [_OUTCOME, refused]},
    }


def _batch() -> dict[str, Any]:
    commands = [
        {"type": "CreateTicket", "ticket_id": _ID, "key": "row-1-1", "data": EXAMPLES["CreateTicket"]},
        {
            "type": "ResolveTicket",
            "ticket_id": _ID,
            "key": "row-1-2",
            "occurred_at": "2016-02-29T01:16:00Z",
            "data": EXAMPLES["ResolveTicket"],
        },
    ]
    return {
        "schema": batch_schema(_KEY, COMMANDS_MAX),
        "examples": {"Create and go on": {"value": {"commands": commands}}},
    }


BATCH: dict[str, Any] = {
    "operation_id": "RunCommands",
    "summary": "Many commands at once",
    "description": "Those of one ticket run in their order; a refusal does not stop the later ones. One that may be "
    "tried again, such as `conflict` or `unavailable`, does for its ticket: they get the same problem untried.",
    "response_class": Response,
    "responses": {
        200: {
            "description": "An outcome per command, in order",
            "content": {"application/json": _outcomes()},
        }
    }
    | problem_responses(*_BODY),
    "openapi_extra": {"requestBody": {"required": True, "content": {"application/json": _batch()}}},
}

FRESHNESS: dict[str, Any] = {
    "operation_id": "Freshness",
    "summary": "How far Kafka is behind the store",
    "responses": {
        200: {
            "description": "Lag, and the last offset that Kafka acknowledged by partition",
            "content": {
                "application/json": {
                    "example": {
                        "lag_ms": 0,
                        "partitions": [{"partition": number, "published": 7} for number in range(PARTITIONS)],
                    }
                }
            },
        }
    }
    | problem_responses(BAD_PARAMETER, UNAVAILABLE, OVERLOADED),
}

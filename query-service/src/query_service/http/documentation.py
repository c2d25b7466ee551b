"""What /openapi.json says of the answers beside their bodies. The chassis adds the form and examples of problems."""

import json
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from query_service.http.compression import SMALLEST
from query_service.http.examples import EXAMPLES
from ticket_chassis.problems import CONTENT_TYPE

Documented = dict[int | str, dict[str, Any]]

NDJSON = "application/x-ndjson"


def _header(description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind, **more}}


_EVERY_READ = {
    "Vary": _header("What else the answer depends on", examples=["Prefer, Consistency-Token, Accept-Encoding"]),
    "Cache-Control": _header("Ask again each time, with If-None-Match", examples=["private, no-cache"]),
    "Projection-Lag-Ms": _header("How old the shown state may be, in ms", "integer", minimum=0),
}
_APPLIED = {"Preference-Applied": _header("The preferences that were honoured, where any were sent")}
_CONSISTENCY = {
    "Consistency": _header("What became of the Consistency-Token, where one was sent", enum=["satisfied", "stale"])
}
_ETAG = {
    "ETag": _header(
        "Of these bytes; for If-None-Match. A ticket's begins with its version, and is good for If-Match",
        examples=['"7"', '"7-gzip"', '"7-g2"'],
    )
}
_ENCODING = {
    "Content-Encoding": _header(
        f"Where Accept-Encoding takes gzip and the document has {SMALLEST} bytes or more", enum=["gzip"]
    )
}
_LINK = {"Link": _header('The next page, rel="next"; absent on the last')}
_COVERAGE = {
    "Search-Coverage": _header(
        "With `q`. partial: more tickets may match than one search looks at. The order is then by where the rarest "
        "word is, and a page may be short of its limit, or empty, although Link leads on; following it finds all",
        enum=["complete", "partial"],
    )
}
_RETRY = {"Retry-After": _header("Seconds", "integer", minimum=1)}
_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that the client has, or `*`: 304 where one of them still holds",
    "schema": {"type": "string"},
}

CONDITIONAL: dict[str, Any] = {"parameters": [_MATCH]}
"""`openapi_extra` of the reads that answer 304."""


def responses(
    model: type[BaseModel], *, paged: bool = False, ticket: bool = False, searched: bool = False
) -> Documented:
    """Return the documented answers of a read of one JSON document; `ticket` ones can miss theirs."""
    headers = _EVERY_READ | _APPLIED | _CONSISTENCY | _ETAG
    headers |= (_LINK if paged else {}) | (_COVERAGE if searched else {})
    found: Documented = {
        200: {"description": "Found", "model": model, "headers": headers | _ENCODING},
        304: {"description": "The client has it", "headers": headers},
    }
    return found | _problems(ticket)


def export_responses() -> Documented:
    """Return the documented answers of the export: lines of JSON, without an entity tag."""
    line = json.dumps(EXAMPLES["ExportedTicket"], separators=(",", ":")) + "\n"
    content = {NDJSON: {"schema": {"type": "string", "description": "One ticket a line"}, "example": line}}
    headers = _EVERY_READ | _APPLIED | _CONSISTENCY
    return {200: {"description": "All tickets", "headers": headers, "content": content}, **_problems(ticket=False)}


_EVENTS = """\
Server-sent events, each with an `id` to resume from:
- `ready`, the first one: from here on every change is told. `reset` instead of it: what came since Last-Event-ID is not
  known any more; read the list anew.
- `changed`: a ticket that passes the filter has changed; its item as on the list. A ticket may come twice, or an older
  version after a resumption: the higher `version` counts.
- `left`: `{"id", "version", "erased"}`, a ticket does not pass (any more).
- `end`: `{"reason"}`, the last one, `slow`, `renewed` or `stopping`; come back with Last-Event-ID.

A comment with an `id` comes when there was nothing for 15 seconds.
"""
_SOME_EVENTS = """\
retry: 1000
id: 1-826745A1
event: ready
data: {}

id: 1-826745A2
event: changed
data: {"id":"01952c3a-7f6e-7c1b-9d52-3a4f5b6c7d8e","subject":"Mail cannot be sent","version":2}

id: 1-826745A3
event: left
data: {"id":"01952c3a-7f6e-7c1b-9d52-3a4f5b6c7d8e","version":3,"erased":false}

"""


def stream_responses() -> Documented:
    """Return the documented answers of the stream."""
    content = {"text/event-stream": {"schema": {"type": "string"}, "example": _SOME_EVENTS}}
    return {200: {"description": _EVENTS, "headers": _EVERY_READ, "content": content}, **_problems(ticket=False)}


def add_examples(app: FastAPI) -> None:
    """Let the app's document show EXAMPLES. At the end: FastAPI takes the nulls out of whatever it is given."""
    suppose = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            for item in suppose()["paths"].values():
                for content in item["get"]["responses"]["200"].get("content", {}).values():
                    _add_example(content)
        return app.openapi_schema or {}

    app.openapi = describe  # type: ignore[method-assign] # FastAPI's own way to extend the document


def _add_example(content: dict[str, Any]) -> None:
    model = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if model in EXAMPLES:
        content["example"] = EXAMPLES[model]


def _problems(ticket: bool) -> Documented:
    missing: Documented = {}
    if ticket:
        detail = "No such ticket, malformed or erased too; with `Consistency: stale` it may be yet to come"
        missing = {404: _problem(detail, _APPLIED | _CONSISTENCY)}
    return {
        400: _problem("A parameter or the token is wrong"),
        **missing,
        503: _problem("Behind, parked, overloaded, or the database is away; see Retry-After", _APPLIED | _RETRY),
    }


def _problem(description: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "headers": _EVERY_READ | (more or {}), "content": {CONTENT_TYPE: {}}}

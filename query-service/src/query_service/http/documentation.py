"""What /openapi.json says of the answers beside their bodies."""

from typing import Any

from pydantic import BaseModel

from query_service.http.schemas import ProblemDocument
from ticket_chassis.problems import CONTENT_TYPE

_PROBLEM = {"content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}

_HEADERS: dict[str, Any] = {
    "Projection-Lag-Ms": {"description": "How old the shown state may be", "schema": {"type": "integer"}},
    "Consistency": {
        "description": "What became of the token",
        "schema": {"type": "string", "enum": ["satisfied", "stale"]},
    },
    "Preference-Applied": {"description": "The preferences that were honoured", "schema": {"type": "string"}},
}
_ETAG = {"ETag": {"description": "For If-None-Match", "schema": {"type": "string"}}}
_LINK = {"Link": {"description": 'The next page, rel="next"', "schema": {"type": "string"}}}


def responses(
    model: type[BaseModel] | None, *, etag: bool = True, paged: bool = False, ticket: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return the documented answers of a read; `ticket` ones can miss theirs."""
    headers = _HEADERS | (_ETAG if etag else {}) | (_LINK if paged else {})
    ok: dict[str, Any] = {"headers": headers}
    if model is not None:
        ok["model"] = model
    found: dict[int | str, dict[str, Any]] = {
        200: ok,
        400: _problem("A parameter or header is wrong"),
        503: _problem("Behind, parked, overloaded, or the database is away; see Retry-After"),
    }
    if etag:
        found[304] = {"description": "The client has it", "headers": headers}
    if ticket:
        found[404] = _problem("No such ticket")
    return found


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "model": ProblemDocument, **_PROBLEM}

"""Request bodies: JSON within limits, then validated. Every way of being wrong has its problem here."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.requests import Request

from command_service.commands.command import PRINTABLE
from ticket_chassis.errors import pointer
from ticket_chassis.problems import (
    INVALID,
    MALFORMED_REQUEST,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    ProblemError,
)

BODY_MAX = 1024 * 1024

M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request, *, optional: bool = False) -> Any:
    """Return the body's JSON value; an absent `optional` body is an empty object. Raises 400, 413 or 415."""
    raw = await _read(request)
    if optional and not raw:
        return {}
    if not _is_json(request.headers):
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json, without a content coding")
    try:
        value = from_json(raw, allow_inf_nan=False)
        # pydantic's parser keeps the last of two equal names; what the sender meant cannot be known.
        json.loads(raw, object_pairs_hook=_each_name_once)
    except (ValueError, RecursionError):
        raise ProblemError(
            MALFORMED_REQUEST, "The body is not one JSON document in UTF-8 with each name once"
        ) from None
    return value


def validate(model: type[M], value: Any, *, path: Sequence[str | int] = ()) -> M:
    """Return the model of a JSON value; raises 422 `invalid`. `path` is where in the body the value stands."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid([_field_error(found, path) for found in error.errors(include_url=False)]) from None


def invalid(errors: Sequence[FieldError]) -> ProblemError:
    """Return the problem of fields that break rules; a single one is told in `detail` as well."""
    detail = errors[0].detail if len(errors) == 1 else "The request breaks the rules that `errors` names"
    return ProblemError(INVALID, detail, errors=errors)


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise ProblemError(TOO_LARGE, "The body is larger than 1 MiB")
    return bytes(body)


def _is_json(headers: Mapping[str, str]) -> bool:
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return (
        media_type.strip().lower() == "application/json"
        and charset in ("", "charset=utf-8", "charset=utf8")
        and headers.get("content-encoding", "identity") == "identity"
    )


def _each_name_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("repeated name")


def _field_error(error: ErrorDetails, path: Sequence[str | int]) -> FieldError:
    message = error["msg"]
    if error["type"] == "string_pattern_mismatch" and error.get("ctx", {}).get("pattern") == PRINTABLE:
        message = "Control characters other than tab, LF and CR are not allowed"
    return FieldError("pointer", pointer((*path, *error["loc"])), message)

"""JSON as this project takes it: one document in UTF-8, each name once, numbers and nesting within reason."""

import math
import re
from typing import Any

import jiter
from starlette.datastructures import Headers
from starlette.requests import Request

from ticket_chassis.problems import MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, ProblemError

DEPTH_MAX = 64
_MEDIA_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)


async def read_json(request: Request, *, optional: bool = False) -> Any:
    """Return the body's JSON value; an absent `optional` body is an empty object.

    Raises 415 `unsupported-media-type` and 400 `malformed-request`. `BodyMiddleware` limits the size. Bodies are never
    decompressed, so there is nothing that a few bytes could blow up to.
    """
    raw = await request.body()
    if optional and not raw:
        return {}
    if not _is_plain_json(request.headers):
        coding = ", without a content coding" if "content-encoding" in request.headers else ""
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, f"Send Content-Type: application/json{coding}")
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """Return the value of a JSON document (RFC 8259).

    Raises 400 `malformed-request`, also for what the grammar allows and readers disagree on: repeated names, a byte
    order mark, lone surrogates, numbers beyond a double or of over 4,300 digits, over 64 levels.
    """
    try:
        value = jiter.from_json(raw, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        # The place alone: what comes before it in the message can be as long as the body.
        detail = f"The body is not one JSON document in UTF-8 with each name once: {str(error).rpartition(' at ')[2]}"
        raise ProblemError(MALFORMED_REQUEST, detail) from None
    _check(value)
    return value


def _is_plain_json(headers: Headers) -> bool:
    types = headers.getlist("content-type")
    codings = headers.getlist("content-encoding")
    return (
        len(types) == 1
        and _MEDIA_TYPE.fullmatch(types[0]) is not None
        and all(coding.lower() == "identity" for coding in codings)
    )


def _check(document: Any) -> None:
    level = [document]
    for _ in range(DEPTH_MAX + 1):
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            raise ProblemError(MALFORMED_REQUEST, "The body has a number that is beyond a double")
        level, containers = [], [value for value in level if isinstance(value, dict | list)]
        if not containers:
            return
        for container in containers:
            level.extend(container.values() if isinstance(container, dict) else container)
    raise ProblemError(MALFORMED_REQUEST, f"The body is nested in more than {DEPTH_MAX} levels")

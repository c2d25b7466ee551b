"""Answers made of bytes that are JSON already, with validators."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response


def etag_of(body: bytes) -> str:
    """Return an opaque validator of a body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def answer(request: Request, body: bytes, headers: Mapping[str, str], etag: str | None = None) -> Response:
    """Return 200 with the body, or 304 where the client has it (If-None-Match, RFC 9110 13.1.2)."""
    tag = etag or etag_of(body)
    headers = {**headers, "ETag": tag}
    if _matches(",".join(request.headers.getlist("If-None-Match")), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _matches(condition: str, tag: str) -> bool:
    candidates = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return "*" in candidates or tag in candidates


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """Return the Link header to the next page: the request's own parameters with another cursor."""
    if cursor is None:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "skip")]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return {"Link": f'<{target}>; rel="next"'}

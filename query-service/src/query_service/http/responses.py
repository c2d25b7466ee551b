"""Answers made of bytes that are JSON already, with validators."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from query_service.answers import Answer


def answer_of(body: bytes, etag: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer with this body; its validator is an opaque one of the bytes unless `etag` is given."""
    tag = etag or f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    own = tuple((name.lower().encode(), value.encode()) for name, value in (headers or {}).items())
    return Answer(body, tag.encode(), own)


def respond(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    """Return 200 with the body, or 304 where the client has it."""
    headers = {**headers, "ETag": answer.etag.decode()}
    headers |= {name.decode(): value.decode() for name, value in answer.headers}
    if is_matched(",".join(request.headers.getlist("If-None-Match")), answer.etag.decode()):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type="application/json")


def is_matched(condition: str, tag: str) -> bool:
    """Say whether the client has what `tag` stands for (If-None-Match, RFC 9110 13.1.2)."""
    candidates = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return "*" in candidates or tag in candidates


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """Return the Link header to the next page, if there is one: the request's own parameters with another cursor."""
    if cursor is None:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "skip")]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return {"Link": f'<{target}>; rel="next"'}

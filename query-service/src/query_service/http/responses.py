"""Answers made of bytes that are JSON already, with validators."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response
from starlette.types import Scope

from query_service.answers import Answer, AnswerCache
from query_service.asked_for import Target
from query_service.http.compression import goes_gzipped, gzip_tag, gzipped

JSON = "application/json"

PARKED = b"-stale"
"""What marks the tag of a parked ticket."""


def target_of(scope: Scope) -> Target:
    """Return what a request asks, to the letter."""
    return scope["path"], scope["query_string"]


def answer_of(body: bytes, etag: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer with this body; its validator is an opaque one of the bytes unless `etag` is given."""
    tag = etag or f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    own = tuple((name.lower().encode(), value.encode()) for name, value in (headers or {}).items())
    return Answer(body, tag.encode(), own)


async def respond(request: Request, answers: AnswerCache, answer: Answer, headers: Mapping[str, str]) -> Response:
    """Return 200 with the body, gzipped where that is taken and pays, or 304 where the client has it."""
    is_gzip = goes_gzipped(answer, ",".join(request.headers.getlist("Accept-Encoding")))
    tag, known = validate(answer, is_gzip, ",".join(request.headers.getlist("If-None-Match")))
    headers = {**headers, "ETag": tag.decode()} | {name.decode(): value.decode() for name, value in answer.headers}
    if known:
        return Response(status_code=304, headers=headers)
    if not is_gzip:
        return Response(answer.body, headers=headers, media_type=JSON)
    body = await gzipped(answer, target_of(request.scope), answers)
    return Response(body, headers=headers | {"Content-Encoding": "gzip"}, media_type=JSON)


def validate(answer: Answer, is_gzip: bool, condition: str) -> tuple[bytes, bool]:
    """Return the entity tag to send, and whether the client has what it stands for (If-None-Match, RFC 9110 13.1.2).

    Either form is taken: whoever names its tag was sent it, for answers are private, and has what it stands for. A
    parked ticket is never taken for known by its tag: why it is parked may change while its version, and so the tag,
    stays.
    """
    tags = [answer.etag, gzip_tag(answer.etag)]
    if is_gzip:
        tags.reverse()
    if condition:
        candidates = {part.strip().removeprefix("W/") for part in condition.split(",")}
        for tag in tags:
            if "*" in candidates or (tag.decode() in candidates and PARKED not in tag):
                return tag, True
    return tags[0], False


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """Return the Link header to the next page, if there is one: the request's own parameters with another cursor."""
    if cursor is None:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "skip")]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return {"Link": f'<{target}>; rel="next"'}

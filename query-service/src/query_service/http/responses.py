"""Answers made of bytes that are JSON already, with validators; and how they are kept."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from query_service.answers import Answer, AnswerCache, Begun
from query_service.domain.news import Dependence


def answer_of(body: bytes, etag: str | None = None, link: str | None = None) -> Answer:
    """Return the answer with this body; its validator is an opaque one of the bytes unless `etag` is given."""
    tag = etag or f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Answer(body, tag.encode(), None if link is None else link.encode())


class Keeping:
    """One request's reading of what may be kept: made before it begins."""

    def __init__(self, request: Request, answers: AnswerCache) -> None:
        self._request = request
        self._answers = answers
        self._begun: Begun | None = answers.begin()

    def keep(self, answer: Answer, dependence: Dependence) -> Answer:
        """Return the answer, and keep it for whoever asks the same."""
        scope = self._request.scope
        self._answers.keep(self._begun, (scope["path"], scope["query_string"]), answer, dependence)
        return answer


def respond(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    """Return 200 with the body, or 304 where the client has it."""
    headers = {**headers, "ETag": answer.etag.decode()}
    if answer.link is not None:
        headers["Link"] = answer.link.decode()
    if is_matched(",".join(request.headers.getlist("If-None-Match")), answer.etag.decode()):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type="application/json")


def is_matched(condition: str, tag: str) -> bool:
    """Say whether the client has what `tag` stands for (If-None-Match, RFC 9110 13.1.2)."""
    candidates = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return "*" in candidates or tag in candidates


def next_link(request: Request, cursor: str | None) -> str | None:
    """Return the Link header to the next page: the request's own parameters with another cursor."""
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "skip")]
    target = f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    return f'<{target}>; rel="next"'

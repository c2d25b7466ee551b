"""Large answers go out gzipped to whoever takes that, and are packed once (docs/adr/0014)."""

import asyncio
import zlib

from query_service.answers import Answer, AnswerCache
from query_service.asked_for import Target
from query_service.http.accept_encoding import accepts_gzip

SMALLEST = 4096
"""Bytes of the smallest body that is gzipped."""

AT_ONCE = 128 * 1024
"""Bytes up to which a body is gzipped right here, within a millisecond; larger ones in a thread."""

LEVEL = 1
"""Of zlib, 1 to 9: the higher ones take longer than what they save is worth."""

_GZIP_FORM = 31  # zlib's wbits of a gzip header with the largest window; its time is 0, so that equal bodies stay equal


def goes_gzipped(answer: Answer, accepted: str) -> bool:
    """Say whether an answer is sent gzipped to a client with this Accept-Encoding, empty for none."""
    return len(answer.body) >= SMALLEST and accepts_gzip(accepted)


def gzip_tag(etag: bytes) -> bytes:
    """Return the entity tag of the gzipped form: `"7-gzip"` beside `"7"`."""
    return etag[:-1] + b'-gzip"'


async def gzipped(answer: Answer, asked: Target, answers: AnswerCache) -> bytes:
    """Return an answer's body as gzip; it stays with the answer, and counts where that is kept under `asked`."""
    if answer.gzipped is None:
        if len(answer.body) <= AT_ONCE:
            answer.gzipped = _pack(answer.body)
        else:
            answer.gzipped = await asyncio.to_thread(_pack, answer.body)
        answers.weigh(asked)
    return answer.gzipped


def _pack(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, wbits=_GZIP_FORM)

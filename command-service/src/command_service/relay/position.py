"""Positions in the store's history: its cluster time, and how a resume token tells it."""

from collections.abc import Mapping
from typing import Any

Position = tuple[int, int]
"""Seconds and increment of a cluster time; everything at or before it is meant."""

Token = Mapping[str, Any]

INVALID_TOKEN = 260
HISTORY_LOST = frozenset({INVALID_TOKEN, 280, 286})
"""What MongoDB answers where its history does not hold a token: InvalidResumeToken, ChangeStreamFatalError (the token
was not found) and ChangeStreamHistoryLost (mongo/src/mongo/base/error_codes.yml)."""

_TIMESTAMP_TYPE = "82"


def cluster_time(token: Token) -> Position:
    """Return the cluster time that a resume token stands at; raises ValueError on a form that is unknown.

    Its `_data` is a KeyString in hex that begins with a BSON timestamp: type 0x82, seconds and increment, 4 bytes
    each, big-endian (mongo/src/mongo/db/pipeline/resume_token.h).
    """
    data = token["_data"]
    if not isinstance(data, str) or not data.startswith(_TIMESTAMP_TYPE) or len(data) < 18:
        raise ValueError("unknown form of resume token")
    return int(data[2:10], 16), int(data[10:18], 16)


def before(position: Position) -> Position:
    """Return the latest position that does not include `position` itself.

    Several events may share one cluster time; after one of them only what was earlier is certain to be seen.
    """
    seconds, increment = position
    return (seconds, increment - 1) if increment else (seconds - 1, 2**32 - 1)

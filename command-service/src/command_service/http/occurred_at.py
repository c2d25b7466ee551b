"""Times that clients give: RFC 3339, cut to milliseconds, never in the future."""

import re
from datetime import datetime

from ticket_contracts.model import parse_time

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def parse_occurred_at(value: object, now: datetime) -> datetime:
    """Return the aware UTC time; raises ValueError, whose message is for the client."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time, such as 2016-02-29T01:16:00Z")
    try:
        occurred_at = parse_time(value.upper())
    except (ValueError, OverflowError):
        raise ValueError("there is no such time") from None
    if occurred_at > now:
        raise ValueError("must not be in the future")
    return occurred_at

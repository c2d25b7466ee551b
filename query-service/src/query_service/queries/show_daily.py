"""Query: what occurred by day."""

import json
from datetime import date

from query_service.queries.totals import CurrentTotals


async def show_daily(first: date, last: date, totals: CurrentTotals) -> bytes:
    """Return the days from `first` to `last`, both included, and the times to first resolution, as JSON."""
    return json.dumps((await totals.get()).daily(first, last), separators=(",", ":")).encode()

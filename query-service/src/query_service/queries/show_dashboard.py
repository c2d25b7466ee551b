"""Query: the dashboard."""

from query_service.board import ProgressBoard
from query_service.queries.totals import CurrentTotals
from ticket_contracts.model import format_time


async def show_dashboard(totals: CurrentTotals, board: ProgressBoard) -> bytes:
    """Return the dashboard as JSON; `as_of` is null while a partition has no watermark applied."""
    as_of = board.lag().as_of()
    time = b"null" if as_of is None else b'"' + format_time(as_of).encode() + b'"'
    return (await totals.get()).dashboard_json[:-1] + b',"as_of":' + time + b"}"

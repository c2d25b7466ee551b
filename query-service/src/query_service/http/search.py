"""GET /tickets with `q`: the tickets that have some words, best first."""

from fastapi import Request

from query_service.answers import Answer
from query_service.domain.search_cursors import encode_search_cursor
from query_service.domain.searching import SearchQuery
from query_service.http.responses import answer_of, next_link
from query_service.queries import Queries

COVERAGE = "Search-Coverage"


async def find_tickets(request: Request, query: SearchQuery, queries: Queries) -> Answer:
    """Return what a search finds."""
    page = await queries.search_tickets(query)
    cursor = None if page.next is None else encode_search_cursor(query.words, page.next)
    coverage = {COVERAGE: "complete" if page.is_ranked else "partial"}
    return answer_of(page.body, headers=next_link(request, cursor) | coverage)

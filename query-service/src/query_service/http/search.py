"""GET /tickets with `q`: the tickets that have some words, best first."""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from query_service.domain.search_cursors import encode_search_cursor
from query_service.domain.searching import SearchQuery
from query_service.http.responses import answer_of, next_link, respond
from query_service.queries import Queries

COVERAGE = "Search-Coverage"


async def found_tickets(request: Request, query: SearchQuery, queries: Queries, headers: Mapping[str, str]) -> Response:
    """Return the answer to a search; `headers` go with it."""
    page = await queries.search_tickets(query)
    cursor = None if page.next is None else encode_search_cursor(query.words, page.next)
    coverage = {COVERAGE: "complete" if page.is_ranked else "partial"}
    return respond(request, answer_of(page.body, link=next_link(request, cursor)), {**headers, **coverage})

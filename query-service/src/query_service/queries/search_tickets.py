"""Query: a page of the tickets that have some words, best first."""

from dataclasses import dataclass

from query_service.domain.documents import json_array
from query_service.domain.searching import Rank, Scan, SearchQuery
from query_service.ports import Tickets


@dataclass(frozen=True)
class FoundPage:
    """A page as a JSON array; `next` is where the next one starts, None where there is none.

    `is_ranked` as `complete` in SearchPage.
    """

    body: bytes
    next: Rank | Scan | None
    is_ranked: bool


async def search_tickets(query: SearchQuery, tickets: Tickets) -> FoundPage:
    """Return the page that the search asks for."""
    page = await tickets.search(query)
    return FoundPage(json_array(page.items), page.next, page.complete)

"""GET /tickets, /tickets/{id}, /tickets/{id}/timeline."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response
from starlette.types import Scope

from query_service.answers import Answer
from query_service.asked_for import Target
from query_service.domain.cursors import encode_cursor, encode_version_cursor
from query_service.domain.documents import DOCUMENT_FORM
from query_service.domain.listing import ListQuery
from query_service.domain.news import OF_ANY_TICKET, of_page, of_ticket
from query_service.domain.searching import SearchQuery
from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import CONDITIONAL, responses
from query_service.http.keeping import Keeping, shared
from query_service.http.parameters import ListParameters, NoParameters, TimelineParameters
from query_service.http.reading import Reading
from query_service.http.responses import PARKED, answer_of, next_link, respond, target_of
from query_service.http.schemas import TicketDetail, TicketList, TimelineList
from query_service.http.search import find_tickets
from query_service.ports import FoundTicket
from query_service.queries import Queries
from query_service.queries.await_token import Subject
from ticket_contracts.generations import FIRST_GENERATION

FAILURE = "query_service.failure"
"""Under it a request's scope has what went wrong when its ticket was read before the request was routed."""

_TICKET = "/tickets/"


def ticket_routes(reading: Reading) -> APIRouter:
    """Return the routes of tickets."""
    router = APIRouter(tags=["tickets"])

    @router.get(
        "/tickets",
        summary="List tickets, or search them",
        responses=responses(TicketList, paged=True, searched=True),
        openapi_extra=CONDITIONAL,
    )
    async def list_tickets(
        request: Request,
        parameters: Annotated[ListParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        return await answer_list(request, parameters.query(), reading(request))

    @router.get(
        "/tickets/{ticket_id}",
        summary="Show a ticket",
        responses=responses(TicketDetail, ticket=True),
        openapi_extra=CONDITIONAL,
    )
    async def show_ticket(
        request: Request,
        ticket_id: str,
        _none: Annotated[NoParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        return await answer_ticket(request, ticket_id, reading(request))

    @router.get(
        "/tickets/{ticket_id}/timeline",
        summary="Show a ticket's history",
        responses=responses(TimelineList, paged=True, ticket=True),
        openapi_extra=CONDITIONAL,
    )
    async def show_timeline(
        request: Request,
        ticket_id: str,
        parameters: Annotated[TimelineParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        after = parameters.after()
        queries = reading(request)
        headers = await consistent(request, queries, Subject.TIMELINE)
        page = await queries.show_timeline(ticket_id.lower(), after, parameters.limit)
        cursor = None if page.last is None else encode_version_cursor(page.last)
        return await respond(
            request, queries.answers, answer_of(page.body, headers=next_link(request, cursor)), headers
        )

    return router


async def answer_list(request: Request, query: ListQuery | SearchQuery, queries: Queries) -> Response:
    """Return the answer to GET /tickets."""
    headers = await consistent(request, queries, Subject.TICKETS)
    read: Callable[[], Awaitable[Answer]]
    if isinstance(query, SearchQuery):
        read = partial(find_tickets, request, query, queries)
    else:
        read = partial(_read_page, request, query, queries)
    return await respond(request, queries.answers, await shared(request, queries, read, OF_ANY_TICKET), headers)


async def _read_page(request: Request, query: ListQuery, queries: Queries) -> Answer:
    keeping = Keeping(target_of(request.scope), queries.answers)
    page = await queries.list_tickets(query)
    cursor = None if page.last is None else encode_cursor(query.sort, page.last)
    found = answer_of(page.body, headers=next_link(request, cursor))
    return keeping.keep(found, of_page(query, page.places))


async def answer_ticket(request: Request, ticket_id: str, queries: Queries) -> Response:
    """Return the answer to GET /tickets/{id}; raises NoSuchTicket, and what reading it has raised already."""
    if (failure := request.scope.get(FAILURE)) is not None:
        raise failure
    headers = await consistent(request, queries, Subject.TICKETS)
    found = await read_ticket(target_of(request.scope), ticket_id, queries)
    return await respond(request, queries.answers, found, headers)


def plain_ticket_id(scope: Scope) -> str | None:
    """Return the id, as it came, of a request for a ticket and nothing else; None for any other path or a query.

    `/tickets/` names no ticket: it is no page, with a query or without.
    """
    path: str = scope["path"]
    if scope["query_string"] or not path.startswith(_TICKET) or path.count("/") != _TICKET.count("/"):
        return None
    return path.removeprefix(_TICKET) or None


async def read_ticket(asked: Target, ticket_id: str, queries: Queries) -> Answer:
    """Return a ticket as it is answered to `asked`, and keep that; raises NoSuchTicket."""
    keeping = Keeping(asked, queries.answers)
    ticket = await queries.show_ticket(ticket_id.lower())
    found = answer_of(ticket.document.detail(), _etag(ticket, queries.generation))
    return keeping.keep(found, of_ticket(ticket_id.lower()))


def _etag(ticket: FoundTicket, generation: int) -> str:
    """Return the version, as If-Match on commands takes it; marked where the bytes differ from the plain ones.

    As those of a later generation may: it is made because a ticket came out wrong, or is to show more.
    """
    form = f"-f{DOCUMENT_FORM}" if DOCUMENT_FORM > 1 else ""
    made_anew = f"-g{generation}" if generation > FIRST_GENERATION else ""
    return f'"{ticket.version}{form}{made_anew}{PARKED.decode() if ticket.parked else ""}"'

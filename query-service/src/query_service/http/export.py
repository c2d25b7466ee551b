"""GET /export/tickets.ndjson."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import NDJSON, export_responses
from query_service.http.parameters import ExportParameters
from query_service.http.reading import Reading
from query_service.queries.await_token import Subject


def export_routes(reading: Reading) -> APIRouter:
    """Return the route of the export."""
    router = APIRouter(tags=["tickets"])

    @router.get(
        "/export/tickets.ndjson",
        summary="Export all tickets, one a line, by id",
        responses=export_responses(),
        response_class=Response,
    )
    async def export_tickets(
        request: Request,
        parameters: Annotated[ExportParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        queries = reading(request)
        headers = await consistent(request, queries, Subject.TICKETS)
        chunks = queries.export_tickets(parameters.updated_since)
        # Read before the status line goes out: a database that is away is a 503, not a broken stream.
        first = await anext(chunks, b"")
        return StreamingResponse(_stream(first, chunks), headers=headers, media_type=NDJSON)

    return router


async def _stream(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk

"""GET /freshness."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import RootModel
from starlette.responses import Response

from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import CONDITIONAL, responses
from query_service.http.parameters import NoParameters
from query_service.http.reading import Reading
from query_service.http.responses import answer_of, respond
from query_service.queries.await_token import Subject
from query_service.queries.show_freshness import Freshness


class FreshnessDocument(RootModel[Freshness]):
    """How far behind the read model is."""


def freshness_routes(reading: Reading) -> APIRouter:
    """Return the route of the freshness."""
    router = APIRouter(tags=["freshness"])

    @router.get(
        "/freshness",
        summary="Say how far the read model has come, by partition of the event log",
        responses=responses(FreshnessDocument),
        openapi_extra=CONDITIONAL,
    )
    async def show_freshness(
        request: Request,
        _none: Annotated[NoParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        queries = reading(request)
        headers = await consistent(request, queries, Subject.COUNTERS)
        freshness = await queries.show_freshness()
        return await respond(
            request, queries.answers, answer_of(FreshnessDocument(freshness).model_dump_json().encode()), headers
        )

    return router

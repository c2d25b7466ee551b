"""GET /dashboard and /dashboard/daily."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from query_service.domain.news import OF_DAILY, OF_DASHBOARD
from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import CONDITIONAL, responses
from query_service.http.parameters import DailyParameters, NoParameters
from query_service.http.reading import Reading
from query_service.http.responses import Keeping, answer_of, respond
from query_service.http.schemas import Daily, Dashboard
from query_service.queries.await_token import Subject


def dashboard_routes(reading: Reading) -> APIRouter:
    """Return the routes of the dashboard."""
    router = APIRouter(tags=["dashboard"])

    @router.get("/dashboard", summary="Count tickets", responses=responses(Dashboard), openapi_extra=CONDITIONAL)
    async def show_dashboard(
        request: Request,
        _none: Annotated[NoParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        queries = reading(request)
        headers = await consistent(request, queries, Subject.COUNTERS)
        keeping = Keeping(request, queries.answers)
        found = answer_of(await queries.show_dashboard())
        return respond(request, keeping.keep(found, OF_DASHBOARD), headers)

    @router.get(
        "/dashboard/daily", summary="Count what occurred by day", responses=responses(Daily), openapi_extra=CONDITIONAL
    )
    async def show_daily(
        request: Request,
        parameters: Annotated[DailyParameters, Query()],
        _token: TokenHeader = None,
        _prefer: PreferHeader = None,
    ) -> Response:
        first, last = parameters.span()
        queries = reading(request)
        headers = await consistent(request, queries, Subject.COUNTERS)
        keeping = Keeping(request, queries.answers)
        found = answer_of(await queries.show_daily(first, last))
        return respond(request, keeping.keep(found, OF_DAILY), headers)

    return router

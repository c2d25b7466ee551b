"""GET /dashboard and /dashboard/daily."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from query_service.answers import Answer
from query_service.domain.news import OF_DAILY, OF_DASHBOARD
from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import CONDITIONAL, responses
from query_service.http.keeping import Keeping, shared
from query_service.http.parameters import DailyParameters, NoParameters
from query_service.http.reading import Reading
from query_service.http.responses import answer_of, respond
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

        async def read() -> Answer:
            keeping = Keeping(request, queries.answers)
            return keeping.keep(answer_of(await queries.show_dashboard()), OF_DASHBOARD)

        return await respond(request, queries.answers, await shared(request, queries, read, OF_DASHBOARD), headers)

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

        async def read() -> Answer:
            keeping = Keeping(request, queries.answers)
            return keeping.keep(answer_of(await queries.show_daily(first, last)), OF_DAILY)

        return await respond(request, queries.answers, await shared(request, queries, read, OF_DAILY), headers)

    return router

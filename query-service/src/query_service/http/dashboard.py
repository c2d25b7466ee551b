"""GET /dashboard and /dashboard/daily."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from query_service.answers import Answer
from query_service.domain.news import OF_DAILY, OF_DASHBOARD, Dependence
from query_service.http.consistency import PreferHeader, TokenHeader, consistent
from query_service.http.documentation import CONDITIONAL, responses
from query_service.http.keeping import Keeping, shared
from query_service.http.parameters import DailyParameters, NoParameters
from query_service.http.reading import Reading
from query_service.http.responses import answer_of, respond, target_of
from query_service.http.schemas import Daily, Dashboard
from query_service.queries import Queries
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
        return await _answer(request, queries, queries.show_dashboard, OF_DASHBOARD)

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
        return await _answer(request, queries, partial(queries.show_daily, first, last), OF_DAILY)

    return router


async def _answer(
    request: Request, queries: Queries, show: Callable[[], Awaitable[bytes]], shows: Dependence
) -> Response:
    """Return what `show` finds, kept and shared, once the counters have come as far as the request's token says."""
    headers = await consistent(request, queries, Subject.COUNTERS)

    async def read() -> Answer:
        keeping = Keeping(target_of(request.scope), queries.answers)
        return keeping.keep(answer_of(await show()), shows)

    return await respond(request, queries.answers, await shared(request, queries, read, shows), headers)

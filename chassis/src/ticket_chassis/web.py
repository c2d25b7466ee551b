"""The web side that every service starts with: health, metrics, problem pages, correlation ids, errors as problems."""

import html
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.middleware import Middleware

from ticket_chassis.access_log import AccessLogMiddleware
from ticket_chassis.bodies import BodyMiddleware
from ticket_chassis.correlation import CorrelationMiddleware
from ticket_chassis.disconnects import DisconnectMiddleware
from ticket_chassis.docs_page import add_docs_page
from ticket_chassis.errors import DefectMiddleware, map_errors
from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_chassis.openapi import describe_truthfully
from ticket_chassis.operations import HEALTHZ, METRICS, PROBLEM_PAGE, READYZ
from ticket_chassis.overload import OverloadMiddleware
from ticket_chassis.problems import COMMON, NOT_FOUND, ProblemError, ProblemType
from ticket_chassis.query_strings import QueryStringMiddleware
from ticket_chassis.reports import OwnReports, Reports
from ticket_chassis.settings import MAX_CONCURRENT_REQUESTS

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_web_app(
    *,
    title: str,
    description: str,
    health: Health,
    metrics: Metrics,
    lifespan: Lifespan,
    problem_types: Iterable[ProblemType] = (),
    docs: bool = True,
    max_concurrent_requests: int = MAX_CONCURRENT_REQUESTS,
    middleware: Sequence[Middleware] = (),
    endless: frozenset[str] = frozenset(),
    on_stopping: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Return the app of a service, without its own routes; /docs and /openapi.json only with `docs`.

    The service's own `middleware` sees every answer but that to a defect, its own defects included. Answers to the
    paths in `endless` are no requests in hand; `on_stopping` has to end them, for the server waits until they have.
    """
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page loads from another host
        redoc_url=None,
        openapi_url="/openapi.json" if docs else None,
        redirect_slashes=False,
    )
    app.state.on_stopping = on_stopping
    app.state.reports = OwnReports(health, metrics)
    # The last one added is around all others: every answer and log line carries the correlation id.
    app.add_middleware(DisconnectMiddleware)
    app.add_middleware(OverloadMiddleware, limit=max_concurrent_requests, metrics=metrics, endless=endless)
    app.add_middleware(BodyMiddleware)
    app.add_middleware(QueryStringMiddleware)
    for own in middleware:
        app.add_middleware(own.cls, *own.args, **own.kwargs)
    app.add_middleware(DefectMiddleware)
    app.add_middleware(AccessLogMiddleware)
    app.add_middleware(CorrelationMiddleware)
    map_errors(app)
    if docs:
        add_docs_page(app)
        _lead_to_docs(app)
    known = (*COMMON, *problem_types)
    describe_truthfully(app, known)
    _add_operations(app)
    _add_problem_pages(app, {problem.code: problem for problem in known})
    return app


def _lead_to_docs(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def docs() -> RedirectResponse:
        return RedirectResponse("/docs")


def _add_operations(app: FastAPI) -> None:
    def reports() -> Reports:
        found: Reports = app.state.reports  # of one process, or of several workers
        return found

    @app.get("/healthz", tags=["operations"], summary="200 while the process works", responses=HEALTHZ)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(
        "/readyz",
        tags=["operations"],
        summary="200 while the service can serve, 503 with the reasons otherwise",
        responses=READYZ,
    )
    async def readyz() -> JSONResponse:
        said = await reports().readiness()
        status = "unready" if said.problems else "ready"
        headers = {"Retry-After": "1"} if said.problems else None
        content = {"status": status, "problems": said.problems, "details": said.details}
        return JSONResponse(content, 503 if said.problems else 200, headers)

    @app.get("/metrics", tags=["operations"], summary="Prometheus metrics", response_class=Response, responses=METRICS)
    async def exposition() -> Response:
        return Response(await reports().exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_problem_pages(app: FastAPI, problems: dict[str, ProblemType]) -> None:
    @app.get(
        "/problems/{code}",
        tags=["operations"],
        summary="What a problem means and what to do",
        response_class=HTMLResponse,
        responses=PROBLEM_PAGE,
    )
    async def problem_page(code: str) -> HTMLResponse:
        problem = problems.get(code)
        if problem is None:
            raise ProblemError(NOT_FOUND, "There is no problem of this name")
        title, advice = html.escape(problem.title), html.escape(problem.advice)
        return HTMLResponse(
            f"<!doctype html><html lang=en><title>{title}</title>"
            f"<h1>{title}</h1><p><code>{problem.code}</code>, HTTP {problem.status}</p><p>{advice}</p>"
        )

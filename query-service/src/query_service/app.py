"""The web app of the query service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from query_service.bootstrap import Service, build
from query_service.http.documentation import add_examples
from query_service.http.kept_answers import KeptAnswersMiddleware
from query_service.http.problems import PROBLEMS, map_domain_errors
from query_service.http.quick_routes import quick_routes
from query_service.http.read_headers import STREAM, LagMs, ReadHeadersMiddleware
from query_service.http.reading import GenerationMiddleware, Hold, held
from query_service.http.routes import create_router
from query_service.http.stream import stream_routes
from query_service.live.streams import Streams
from query_service.queries import Queries
from query_service.settings import QuerySettings
from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_chassis.settings import MAX_CONCURRENT_REQUESTS, load_settings
from ticket_chassis.web import Lifespan, create_web_app

DESCRIPTION = """\
Serves lists, details, histories and dashboards of support tickets.

Reads lag behind writes by some milliseconds. A command answers with a `Consistency-Token`; a read that carries it
shows at least that write.

Every read is a GET; other methods, HEAD too, are 405. A parameter that is unknown, or given twice where it takes one
value, is 400. Pages follow `Link: <…>; rel="next"`, whose cursor is a place in an order: what does not change meanwhile
is neither missed nor seen twice.
"""


def create_app(settings: QuerySettings | None = None) -> FastAPI:
    """Return the app; background tasks run for its life. Settings come from the environment unless given."""
    settings = settings or load_settings(QuerySettings)
    service = build(settings)
    return assemble(
        service.switch.hold,
        service.at_hand,
        service.lag_ms,
        service.live,
        service.health,
        service.metrics,
        _lifespan(service),
        settings.max_concurrent_requests,
    )


def assemble(
    hold: Callable[[], Awaitable[Hold]],
    at_hand: Callable[[], Queries | None],
    lag_ms: LagMs,
    live: Streams,
    health: Health,
    metrics: Metrics,
    lifespan: Lifespan,
    max_concurrent_requests: int = MAX_CONCURRENT_REQUESTS,
) -> FastAPI:
    """Return the app over whatever generations `hold` gives; `lag_ms` says how far behind they are.

    `at_hand` gives the one that serves if that is known without looking,
    `live` tells their changes.
    """
    app = create_web_app(
        title="Tickets: queries",
        description=DESCRIPTION,
        health=health,
        metrics=metrics,
        lifespan=lifespan,
        problem_types=PROBLEMS,
        max_concurrent_requests=max_concurrent_requests,
        endless=frozenset({STREAM}),
        on_stopping=live.stop,
        middleware=[
            Middleware(GenerationMiddleware, hold=hold),
            Middleware(ReadHeadersMiddleware, lag_ms=lag_ms),
        ],
    )
    # The last one added is around all others.
    app.add_middleware(KeptAnswersMiddleware, at_hand=at_hand, lag_ms=lag_ms, metrics=metrics)
    map_domain_errors(app)
    app.include_router(create_router(held))
    app.include_router(stream_routes(live))
    # To the app itself: FastAPI leaves out of a router that it includes what is not a route of its own.
    app.router.routes[:0] = quick_routes(held)
    add_examples(app)
    return app


def _lifespan(service: Service) -> Lifespan:
    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        service.tasks.start()
        yield
        await service.tasks.stop()
        await service.client.close()

    return run

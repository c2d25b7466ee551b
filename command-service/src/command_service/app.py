"""The ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from command_service.bootstrap import Service, bootstrap, new_id, utc_now
from command_service.http.batch import batch_routes
from command_service.http.freshness import freshness_routes
from command_service.http.problems import PROBLEM_TYPES, map_failures
from command_service.http.reads import read_elsewhere
from command_service.http.tickets import ticket_routes
from command_service.settings import CommandSettings
from ticket_chassis.settings import MAX_CONCURRENT_REQUESTS, load_settings
from ticket_chassis.web import create_web_app

DESCRIPTION = "Takes commands on support tickets, keeps their rules, stores and emits what happened."

CLOSE_LIMIT = 3.0


def create_app(settings: CommandSettings | None = None, service: Service | None = None) -> FastAPI:
    """Return the app on `service`, or on what the settings (the environment's, if None) lead to."""
    if service is None:
        settings = settings or load_settings(CommandSettings)
        service = bootstrap(settings)
    parts = service

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        parts.tasks.start()
        try:
            yield
        finally:
            try:
                await parts.tasks.stop()
            finally:
                async with asyncio.timeout(CLOSE_LIMIT):
                    await parts.close()

    service.health.watch(service.tasks)
    app = create_web_app(
        title="Ticket commands",
        description=DESCRIPTION,
        health=service.health,
        metrics=service.metrics,
        lifespan=lifespan,
        problem_types=PROBLEM_TYPES,
        max_concurrent_requests=settings.max_concurrent_requests if settings else MAX_CONCURRENT_REQUESTS,
    )
    map_failures(app)
    app.include_router(ticket_routes(service.handler, new_id))
    app.include_router(batch_routes(service.batches, utc_now))
    app.include_router(freshness_routes(service.freshness))
    app.include_router(read_elsewhere())
    return app

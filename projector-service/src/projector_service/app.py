"""The projector's web side: health and metrics, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from projector_service.bootstrap import bootstrap, running
from projector_service.settings import Settings
from ticket_chassis.settings import load_settings
from ticket_chassis.web import create_web_app


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the app; it starts to project when it is started."""
    settings = settings or load_settings(Settings)
    service = bootstrap(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(service):
            yield

    return create_web_app(
        title="projector-service",
        description="Folds events into read documents.",
        health=service.health,
        metrics=service.metrics,
        lifespan=lifespan,
        docs=False,
        max_concurrent_requests=settings.max_concurrent_requests,
    )

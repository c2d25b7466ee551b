"""A service of several workers that does on request what a worker should not."""

import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from pydantic import Field

from ticket_chassis.health import Health, NotReady
from ticket_chassis.metrics import Metrics
from ticket_chassis.server import serve
from ticket_chassis.settings import ServiceSettings
from ticket_chassis.web import create_web_app
from ticket_chassis.workers import seat


class TrialSettings(ServiceSettings):
    """How it is to behave."""

    workers: int = Field(default=1, ge=1, le=4)
    cannot_start: bool = False
    silent_seconds: float = seat.SILENT_SECONDS


def create_app(settings: TrialSettings) -> FastAPI:
    """Return the app."""
    health, metrics = Health(), Metrics("trial")
    counted = metrics.counter("requests_total", "Requests", "kind")
    broken: list[str] = []

    async def works() -> None:
        if broken:
            raise NotReady(broken[0])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.cannot_start:
            raise RuntimeError("the database is of another form")
        yield
        structlog.get_logger("trial").info("lifespan ended")

    health.add_check("parts", works)
    health.add_detail("threads", lambda: str(threading.active_count()))
    metrics.gauge("pid", "Its process").set_function(os.getpid)
    app = create_web_app(title="Trial", description="", health=health, metrics=metrics, lifespan=lifespan)

    @app.get("/pid")
    async def pid() -> int:
        counted.labels("pid").inc()
        return os.getpid()

    @app.get("/break")
    async def fall_ill() -> None:
        broken.append("worn out")

    @app.get("/stand-still")
    async def stand_still() -> None:
        time.sleep(600)  # noqa: ASYNC251 - that is the fault

    return app


def _take_silence(settings: TrialSettings) -> int:
    seat.SILENT_SECONDS = settings.silent_seconds
    return settings.workers


if __name__ == "__main__":
    serve(create_app, TrialSettings, "trial-service", _take_silence)

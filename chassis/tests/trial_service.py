"""The smallest service there can be, with a request that lasts until the service is told to stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import structlog
from fastapi import FastAPI

from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_chassis.server import serve
from ticket_chassis.settings import ServiceSettings
from ticket_chassis.web import create_web_app


def create_app(_: ServiceSettings) -> FastAPI:
    """Return the app."""
    waiting, told = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The server's own handler goes on to work: this one only tells the request that waits for it.
        servers = signal.getsignal(signal.SIGTERM)
        loop = asyncio.get_running_loop()

        def tell(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(told.set)
            assert callable(servers)
            servers(number, frame)

        signal.signal(signal.SIGTERM, tell)
        yield
        structlog.get_logger("trial").info("lifespan ended")

    app = create_web_app(title="Trial", description="", health=Health(), metrics=Metrics("trial"), lifespan=lifespan)

    @app.get("/until-told-to-stop")
    async def until_told_to_stop() -> str:
        waiting.set()
        await told.wait()
        return "finished"

    @app.get("/wait-for-the-other-request")
    async def wait_for_the_other_request() -> None:
        await waiting.wait()

    @app.get("/collector")
    async def collector() -> dict[str, int]:
        return {"frozen": gc.get_freeze_count(), "after": gc.get_threshold()[0]}

    return app


if __name__ == "__main__":
    serve(create_app, ServiceSettings, "trial-service")

"""uvicorn as every service runs it: guarded connections, no access log, 8 s for the answers on their way at the end."""

import gc
import socket

import uvicorn
from fastapi import FastAPI

from ticket_chassis.connection import GuardedProtocol
from ticket_chassis.settings import ServiceSettings
from ticket_chassis.standstill import standstill_noted

GRACE_SECONDS = 8
BACKLOG = 2048

COLLECT_AFTER = 50_000
"""New objects between two looks for cycles. With Python's default of hundreds, a batch of events is looked through
again and again while it is in hand: a quarter of a projector's time."""

STARTUP_FAILURE = 3
"""The exit code of a server that could not begin, as uvicorn has it."""


class EndingServer(uvicorn.Server):
    """Tells the app that it is about to stop, before it waits for the answers that are on their way."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop; a loop that stands still meanwhile says where."""
        async with standstill_noted():
            await super().serve(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let answers end, close."""
        self._app.state.on_stopping()
        await super().shutdown(sockets)


def server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """Return how uvicorn is to serve an app."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        http=GuardedProtocol,
        ws="none",
        # Twice the requests: an idle connection costs little, and slow ones must not shut the others out.
        limit_concurrency=2 * settings.max_concurrent_requests,
    )


def collect_seldom() -> None:
    """Leave what is there by now to the end of the process, and look for cycles in the rest now and then."""
    gc.freeze()  # modules, models and routes live as long as the process
    gc.set_threshold(COLLECT_AFTER)

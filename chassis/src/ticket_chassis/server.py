"""Runs a service's app: uvicorn on uvloop; on SIGTERM requests finish, within 10 s."""

import gc
import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from ticket_chassis.connection import GuardedProtocol
from ticket_chassis.logging import configure_logging
from ticket_chassis.settings import S, SettingsError, load_settings
from ticket_chassis.standstill import standstill_noted

GRACE_SECONDS = 8

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


def serve(create_app: Callable[[S], FastAPI], settings_type: type[S], service: str) -> None:
    """Run until told to stop; ends the process with code 2 and a message where a setting is wrong."""
    try:
        settings = load_settings(settings_type)
    except SettingsError as error:
        print(f"{service}: {error}", file=sys.stderr)  # noqa: T201 - logging needs the settings
        raise SystemExit(2) from None
    configure_logging(settings.log_level, service)
    app = create_app(settings)
    _collect_seldom()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        http=GuardedProtocol,
        ws="none",
        # Twice the requests: an idle connection costs little, and slow ones must not shut the others out.
        limit_concurrency=2 * settings.max_concurrent_requests,
    )
    server = EndingServer(app, config)
    try:
        server.run()
    except KeyboardInterrupt:
        return
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def _collect_seldom() -> None:
    gc.freeze()  # modules, models and routes live as long as the process
    gc.set_threshold(COLLECT_AFTER)

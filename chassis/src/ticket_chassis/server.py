"""Runs a service's app: uvicorn on uvloop; on SIGTERM requests finish, within 10 s."""

import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from ticket_chassis.connection import GuardedProtocol
from ticket_chassis.logging import configure_logging
from ticket_chassis.settings import S, SettingsError, load_settings

GRACE_SECONDS = 8


def serve(create_app: Callable[[S], FastAPI], settings_type: type[S], service: str) -> None:
    """Run until told to stop; ends the process with code 2 and a message where a setting is wrong."""
    try:
        settings = load_settings(settings_type)
    except SettingsError as error:
        print(f"{service}: {error}", file=sys.stderr)  # noqa: T201 - logging needs the settings
        raise SystemExit(2) from None
    configure_logging(settings.log_level, service)
    uvicorn.run(
        create_app(settings),
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

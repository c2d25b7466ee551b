"""Runs a service's app: uvicorn on uvloop, in one process or several; on SIGTERM requests finish, within 10 s."""

import sys
from collections.abc import Callable

from fastapi import FastAPI

from ticket_chassis.logging import configure_logging
from ticket_chassis.running import STARTUP_FAILURE, EndingServer, collect_seldom, server_config
from ticket_chassis.settings import S, SettingsError, load_settings
from ticket_chassis.workers.place import Place
from ticket_chassis.workers.supervisor import supervise
from ticket_chassis.workers.worker import run_worker


def one_process(_: object) -> int:
    """Return 1: a service that is not made for several workers has one."""
    return 1


def serve(
    create_app: Callable[[S], FastAPI],
    settings_type: type[S],
    service: str,
    workers: Callable[[S], int] = one_process,
) -> None:
    """Run until told to stop; ends the process with code 2 and a message where a setting is wrong.

    Where `workers` returns more than 1, that many processes serve behind the port, each with an app of its own.
    """
    try:
        settings = load_settings(settings_type)
    except SettingsError as error:
        print(f"{service}: {error}", file=sys.stderr)  # noqa: T201 - logging needs the settings
        raise SystemExit(2) from None
    configure_logging(settings.log_level, service)
    if (count := workers(settings)) == 1:
        _serve_alone(create_app(settings.of_process()), settings)
        return

    def work(place: Place) -> None:
        run_worker(create_app(settings.of_process(place.number)), settings, place)

    supervise(count, work, settings.host, settings.port)


def _serve_alone(app: FastAPI, settings: S) -> None:
    collect_seldom()
    server = EndingServer(app, server_config(app, settings))
    try:
        server.run()
    except KeyboardInterrupt:
        return
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)

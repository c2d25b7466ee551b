"""One worker: serves like a service of one process, shows that it goes on, and ends with its supervisor."""

import asyncio
import contextlib
import select
import shutil
import socket

import uvicorn
from fastapi import FastAPI

from ticket_chassis.running import EndingServer, collect_seldom, server_config
from ticket_chassis.settings import ServiceSettings
from ticket_chassis.workers.place import Place
from ticket_chassis.workers.reports import ReportsOfAll

TICKS_PER_BEAT = 10
"""uvicorn ticks every 0.1 s."""


class WorkerServer(EndingServer):
    """Serves one of several workers."""

    def __init__(self, app: FastAPI, config: uvicorn.Config, place: Place) -> None:
        super().__init__(app, config)
        self._place = place
        self._reports = ReportsOfAll(app.state.reports, place.number, place.count, place.directory)
        app.state.reports = self._reports

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        asyncio.get_running_loop().add_reader(self._place.life, self._end_with_supervisor)
        try:
            await self._reports.open()
        except FileNotFoundError:
            # The directory goes as all workers end, and that may be before this one has begun.
            if not self._is_supervisor_gone():
                raise
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Show once a second that this process goes on; return whether it is to end."""
        if counter % TICKS_PER_BEAT == 0:
            # The supervisor may be gone; that is heard of otherwise.
            with contextlib.suppress(OSError):
                self._place.beats.send_bytes(b"")
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let answers end, close."""
        self._reports.close()
        await super().shutdown(sockets)

    def _is_supervisor_gone(self) -> bool:
        return self._place.life in select.select([self._place.life], [], [], 0)[0]

    def _end_with_supervisor(self) -> None:
        asyncio.get_running_loop().remove_reader(self._place.life)
        self.should_exit = True
        # All workers end now; a supervisor that was killed could not clear up.
        shutil.rmtree(self._place.directory, ignore_errors=True)


def run_worker(app: FastAPI, settings: ServiceSettings, place: Place) -> None:
    """Serve until told to stop, or until the supervisor stops or is gone."""
    collect_seldom()
    server = WorkerServer(app, server_config(app, settings), place)
    server.run(sockets=[place.port.bound()])

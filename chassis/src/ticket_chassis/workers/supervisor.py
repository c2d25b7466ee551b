"""The supervisor of several workers: forks them, replaces those that die, ends them all in order.

Forked and not spawned: they share the memory of what is imported, and a replacement begins at once. That is sound
because nothing here starts a thread or opens a connection before: a worker makes the app, and all that belongs to it.
"""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path

import structlog

from ticket_chassis import tasks
from ticket_chassis.running import GRACE_SECONDS, STARTUP_FAILURE, collect_seldom
from ticket_chassis.workers.place import Place
from ticket_chassis.workers.port import SharedPort
from ticket_chassis.workers.seat import Seat

ROUND_SECONDS = 1.0
STOP_LIMIT = GRACE_SECONDS + tasks.STOP_LIMIT + 1.0
"""Seconds for all workers to end in order: answers, then tasks, which leave their groups. Containers are given 20."""

STOPPING = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger(__name__)


def supervise(count: int, work: Callable[[Place], None], host: str, port: int) -> None:
    """Let `count` processes do `work` until told to stop, and end like a service of one process.

    Ends the process with code 3 where the port is taken, or where a worker gives up by itself before it serves.
    """
    try:
        shared = SharedPort(host, port)
    except OSError as error:
        log.error("cannot listen", host=host, port=port, error=str(error))
        raise SystemExit(STARTUP_FAILURE) from None
    collect_seldom()
    # Not TemporaryDirectory: what it does at exit would be done by each worker.
    directory = Path(tempfile.mkdtemp(prefix="workers-"))
    try:
        told = Supervisor(count, work, shared, directory).run()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        shared.close()
    if told == signal.SIGTERM:
        signal.signal(told, signal.SIG_DFL)
        signal.raise_signal(told)


class Supervisor:
    """Watches over the workers, in a process that does nothing else."""

    def __init__(self, count: int, work: Callable[[Place], None], port: SharedPort, directory: Path) -> None:
        self._seats = [Seat(number) for number in range(1, count + 1)]
        self._work = work
        self._port = port
        self._directory = directory
        # Closed to end them all. The kernel closes it as well if this process is killed, so that no worker is left
        # over; PR_SET_PDEATHSIG would be Linux alone, and a signal may come before anybody listens for it.
        self._life_of_all, self._life = os.pipe()
        self._told, self._tell = socket.socketpair()

    def run(self) -> int:
        """Keep all seats filled; return the signal that told it to stop, when all workers have ended.

        Raises SystemExit where a worker cannot start.
        """
        self._listen_for_signals()
        log.info("workers start", host=self._port.address[0], port=self._port.address[1], workers=len(self._seats))
        try:
            while True:
                self._fill_seats()
                if told := self._watch():
                    return told
        finally:
            self._end()

    def _listen_for_signals(self) -> None:
        self._tell.setblocking(False)
        signal.set_wakeup_fd(self._tell.fileno())
        for number in STOPPING:
            signal.signal(number, lambda *_: None)

    def _fill_seats(self) -> None:
        for seat in self._seats:
            if seat.is_due:
                seat.fill(self._in_worker)
                log.info("worker begins", worker=seat.number, pid=seat.pid)

    def _in_worker(self, number: int, beats: Connection) -> None:
        signal.set_wakeup_fd(-1)
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)  # until uvicorn takes them
        os.close(self._life)
        structlog.contextvars.bind_contextvars(worker=number)
        self._work(Place(number, len(self._seats), self._port, self._directory, self._life_of_all, beats))

    def _watch(self) -> int | None:
        """Wait for a second or until something happens; return a signal that tells to stop."""
        began = time.monotonic()
        heard = wait([self._told, *(sign for seat in self._seats for sign in seat.signs())], ROUND_SECONDS)
        if self._told in heard:
            return self._told.recv(1)[0]
        # Where this process stood still itself, as with a container that is paused, so did its workers.
        waited = min(time.monotonic() - began, ROUND_SECONDS)
        for seat in self._seats:
            seat.listen(heard, waited)
            self._look_after(seat)
        return None

    def _look_after(self, seat: Seat) -> None:
        if seat.is_stuck:
            log.error("worker stands still, killed", worker=seat.number, pid=seat.pid)
            seat.kill()
            seat.wait(ROUND_SECONDS)
        if not seat.has_ended():
            return
        cannot_start = seat.could_not_start()
        pid, code = seat.pid, seat.clear()
        log.error("worker ended", worker=seat.number, pid=pid, exit_code=code)
        if cannot_start:
            log.critical("a worker cannot start, so the service does not", worker=seat.number, exit_code=code)
            raise SystemExit(STARTUP_FAILURE)

    def _end(self) -> None:
        os.close(self._life)
        limit = time.monotonic() + STOP_LIMIT
        for seat in self._seats:
            if not seat.wait(limit - time.monotonic()):
                log.error("worker does not end, killed", worker=seat.number, pid=seat.pid)
                seat.kill()
                seat.wait(ROUND_SECONDS)

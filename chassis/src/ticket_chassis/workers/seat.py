"""One worker as its supervisor sees it: the process in it, signs of life, and when to fill it again."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Container
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess

from ticket_chassis.tasks import FIRST_PAUSE, LONGEST_PAUSE, SETTLED_AFTER

SILENT_SECONDS = 30.0
"""Whoever reached a worker whose loop stands still waits in vain; after so long it is killed and replaced."""

_FORK = multiprocessing.get_context("fork")


class Seat:
    """The place of one worker, whichever process is in it. Times in seconds."""

    def __init__(self, number: int) -> None:
        """Take the worker's number, from 1."""
        self.number = number
        self._process: ForkProcess | None = None
        self._beats: Connection | None = None
        self._has_served = False
        self._silent = 0.0
        self._begun_at = 0.0
        self._pause = FIRST_PAUSE
        self._again_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process in it, None while it is empty."""
        return None if self._process is None else self._process.pid

    @property
    def is_due(self) -> bool:
        """Whether it is empty and to be filled now: at once where the last one lived for long, else after a pause."""
        return self._process is None and time.monotonic() >= self._again_at

    @property
    def is_stuck(self) -> bool:
        """Whether its worker has given no sign of life for too long."""
        return self._silent > SILENT_SECONDS

    def fill(self, work: Callable[[int, Connection], None]) -> None:
        """Fork a process that does `work` with the number of the seat and what its signs of life go to."""
        self._beats, beats = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=work, args=(self.number, beats), name=f"worker {self.number}")
        self._process.start()
        beats.close()
        self._has_served, self._silent, self._begun_at = False, 0.0, time.monotonic()

    def signs(self) -> list[int | Connection]:
        """Return what to wait for: the end of its process, and signs of life."""
        return [] if self._process is None or self._beats is None else [self._process.sentinel, self._beats]

    def listen(self, heard: Container[object], waited: float) -> None:
        """Note whether there was a sign of life in the time that the supervisor has `waited`."""
        self._silent += waited
        if self._beats is not None and self._beats in heard:
            with contextlib.suppress(EOFError):
                self._beats.recv_bytes()
                self._has_served, self._silent = True, 0.0

    def has_ended(self) -> bool:
        """Say whether its process is over."""
        return self._process is not None and self._process.exitcode is not None

    def could_not_start(self) -> bool:
        """Say whether its process gave up by itself before it served, as the next one would."""
        return not self._has_served and self._process is not None and (self._process.exitcode or 0) > 0

    def clear(self) -> int | None:
        """Empty it after the end of its process; returns the exit code, negative for a signal."""
        if self._process is None or self._beats is None:
            return None
        code, now = self._process.exitcode, time.monotonic()
        if now - self._begun_at > SETTLED_AFTER:
            self._pause, self._again_at = FIRST_PAUSE, now
        else:
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._process.close()
        self._beats.close()
        self._process = self._beats = None
        return code

    def kill(self) -> None:
        """End its process at once."""
        if self._process is not None:
            self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of its process; return whether it came in time."""
        if self._process is not None:
            self._process.join(max(0.0, seconds))
        return self._process is None or self.has_ended()

"""Background tasks that never die unseen: each is started again, and says that it is down until then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds; what was away and is back waits no longer than this to be noticed."""

SETTLED_AFTER = 10.0
STOP_LIMIT = 9.0

Run = Callable[[], Awaitable[None]]


class Halted(Exception):
    """Raised by a task that must not be tried again by itself: somebody has to look at it first."""


@dataclass
class _Entry:
    run: Run
    task: asyncio.Task[None] | None = None
    down: str | None = "not started"


def _told_to_end() -> bool:
    # A client that cancels its own futures, as aiokafka does, ends whoever awaits them with the same exception.
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _end(entries: Iterable[_Entry]) -> None:
    running = [entry.task for entry in entries if entry.task is not None]
    for task in running:
        task.cancel()
    if running:
        _, late = await asyncio.wait(running, timeout=STOP_LIMIT)
        # A library that swallows a cancellation must not keep the process from its orderly end.
        for task in late:
            log.error("task does not stop", task=task.get_name())


class TaskSupervisor:
    """Runs named tasks for the life of a service. Times in seconds."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._running = False

    def add(self, name: str, run: Run) -> None:
        """Take a task that is meant to run until it is cancelled; it starts with `start`, or now if that was before."""
        if name in self._entries:
            raise ValueError(f"a task named {name} is there already")
        self._entries[name] = _Entry(run)
        if self._running:
            self._begin(name)

    def start(self) -> None:
        """Start all tasks; needs a running loop."""
        self._running = True
        for name in self._entries:
            self._begin(name)

    async def remove(self, name: str) -> None:
        """Cancel one task, wait for its end, at most 9 s, and forget it."""
        await _end([self._entries.pop(name)])

    async def stop(self) -> None:
        """Cancel all tasks and wait for their ends, at most 9 s."""
        self._running = False
        await _end(self._entries.values())
        for entry in self._entries.values():
            entry.down = "stopped"

    def _begin(self, name: str) -> None:
        entry = self._entries[name]
        entry.task = asyncio.create_task(self._keep_running(name, entry), name=name)

    def down(self) -> dict[str, str]:
        """Return why each task that is down is down, by name."""
        return {name: entry.down for name, entry in self._entries.items() if entry.down is not None}

    async def _keep_running(self, name: str, entry: _Entry) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            started = loop.time()
            entry.down = None
            try:
                await entry.run()
                entry.down = "ended"
            except Halted as halt:
                entry.down = str(halt)
                log.critical("task halted", task=name, reason=str(halt))
                return
            except (Exception, asyncio.CancelledError) as error:
                entry.down = type(error).__name__
                if not (isinstance(error, asyncio.CancelledError) and _told_to_end()):
                    log.exception("task failed", task=name)
            if _told_to_end():
                return
            if loop.time() - started > SETTLED_AFTER:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

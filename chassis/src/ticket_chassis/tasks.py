"""Background tasks that never die unseen: each is started again, and says that it is down until then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
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


class TaskSupervisor:
    """Runs named tasks for the life of a service. Times in seconds."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def add(self, name: str, run: Run) -> None:
        """Take a task that is meant to run until it is cancelled; it starts with `start`."""
        if name in self._entries:
            raise ValueError(f"a task named {name} is there already")
        self._entries[name] = _Entry(run)

    def start(self) -> None:
        """Start all tasks; needs a running loop."""
        for name, entry in self._entries.items():
            entry.task = asyncio.create_task(self._keep_running(name, entry), name=name)

    async def stop(self) -> None:
        """Cancel all tasks and wait for their ends, at most 9 s."""
        running = [entry.task for entry in self._entries.values() if entry.task is not None]
        for task in running:
            task.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=STOP_LIMIT)
            # A library that swallows a cancellation must not keep the process from its orderly end.
            for task in late:
                log.error("task does not stop", task=task.get_name())
        for entry in self._entries.values():
            entry.down = "stopped"

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

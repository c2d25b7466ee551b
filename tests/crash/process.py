"""A service, or a tool, in a process of its own that can be told where to stop.

Processes are forked from one that has imported everything: a start takes a tenth of a second rather than two.
"""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.crash.orders import Order, Orders
from tests.crash.stopping import STEPS_SEEN, Watch

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["command_service.app", "projector_service.app", "query_service.app", "ticket_chassis.topics", __name__]
)
_KILL_LIMIT_S = 20.0


class Watched:
    """Runs `module`.main() with these variables; its output goes to a file in `directory`."""

    def __init__(self, module: str, environment: Mapping[str, str], directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._module = module
        self._environment = dict(environment)
        self._directory = directory
        self._orders = Orders(directory)
        self._process: multiprocessing.process.BaseProcess | None = None

    def start(self, order: Order | None = None, **more: str) -> None:
        """Start it, without an order or with one in force from its first step; `more` are further variables."""
        self._orders.withdraw()
        if order is not None:
            self._orders.give(order)
        environment = self._environment | more
        self._process = _CONTEXT.Process(target=run, args=(self._module, environment, self._directory), daemon=True)
        self._process.start()

    def give(self, order: Order) -> None:
        """Put an order in force while it runs."""
        self._orders.give(order)

    @property
    def exit_code(self) -> int | None:
        """How it ended, None while it runs; of a signal the negative number."""
        assert self._process is not None, "not started yet"
        return self._process.exitcode

    def tell_to_stop(self) -> None:
        """Ask for an orderly end."""
        assert self._process is not None, "not started yet"
        self._process.terminate()

    def kill(self) -> None:
        """End it at once; nothing happens where it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.join(_KILL_LIMIT_S)

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        assert self._process is not None, "not started yet"
        return bool(psutil.Process(self._process.pid).status() == psutil.STATUS_STOPPED)

    def thaw(self) -> None:
        """Let it go on from where it stands still; nothing happens where it does not."""
        assert self._process is not None, "not started yet"
        psutil.Process(self._process.pid).resume()

    def output(self, characters: int) -> str:
        """Return the end of what all runs of it said."""
        return _output(self._directory).read_text()[-characters:]

    def steps_seen(self) -> set[str]:
        """Return the steps that any run of it came to."""
        seen = self._directory / STEPS_SEEN
        return set(seen.read_text().split()) if seen.exists() else set()


def run(module: str, environment: Mapping[str, str], directory: Path) -> None:
    """Be the service, in the new process."""
    with _output(directory).open("ab") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    Watch(directory).install()
    raise SystemExit(importlib.import_module(module).main())


def _output(directory: Path) -> Path:
    return directory / "output"

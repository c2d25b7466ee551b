"""What the stack without Docker remembers on disk: which components are wanted, and their processes."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from devstack.processes import recall, remember
from devstack.project import Project


class State:
    """The files of one project under .stack/."""

    def __init__(self, project: Project) -> None:
        """Take the project; nothing is read or written yet."""
        self._directory = project.directory

    def data(self, component: str) -> Path:
        """Return the directory of a component's data."""
        return self._directory / "data" / component

    def log(self, component: str) -> Path:
        """Return the file that a component's output goes to."""
        return self._directory / "logs" / f"{component}.log"

    def process(self, component: str) -> psutil.Process | None:
        """Return a component's process, or None where it does not run."""
        return recall(self._pid_file(component))

    def started(self, component: str, pid: int) -> None:
        """Note a component's process."""
        remember(pid, self._pid_file(component))

    def want(self, component: str) -> None:
        """Ask the supervisor to keep a component running."""
        self._marker(component).parent.mkdir(parents=True, exist_ok=True)
        self._marker(component).touch()

    def unwant(self, component: str) -> None:
        """Ask the supervisor not to start a component again; afterwards it is starting none."""
        with self.lock():
            self._marker(component).unlink(missing_ok=True)

    def wants(self, component: str) -> bool:
        """Say whether a component should run."""
        return self._marker(component).exists()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the project's lock: what is read of the markers inside stays so."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with (self._directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _pid_file(self, component: str) -> Path:
        return self._directory / "run" / f"{component}.pid"

    def _marker(self, component: str) -> Path:
        return self._directory / "wanted" / component

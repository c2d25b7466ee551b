"""Keeps the wanted components of one project running, as compose's `restart: unless-stopped` does.

Runs as a process of its own: `python -m devstack.supervisor NAME PORT_OFFSET`. It only starts: whoever wants a
component down takes its marker away and ends the process.
"""

import os
import subprocess
import sys
import time

from devstack.command import run
from devstack.errors import StackError
from devstack.launch import launch_command
from devstack.processes import spawn
from devstack.project import COMPONENTS, Project
from devstack.state import State

NAME = "supervisor"
_START_LIMIT_S = 10.0
_ROUND_S = 0.2
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_HEALTHY_AFTER_S = 10.0


class Keeper:
    """Watches over one component; waits longer before each start as long as it keeps ending early."""

    def __init__(self, project: Project, component: str) -> None:
        """Take over a component, running or not."""
        self._project = project
        self._component = component
        self._state = State(project)
        self._child: subprocess.Popen[bytes] | None = None
        self._pause = _FIRST_PAUSE_S
        self._started = 0.0

    def look(self) -> None:
        """Start the component if it is wanted and does not run."""
        # A killed process of many threads is a zombie at once, but holds its ports and locks until the last one ends.
        if self._child is not None and self._child.poll() is None:
            return
        if not self._state.wants(self._component) or self._state.process(self._component) is not None:
            return
        age = time.monotonic() - self._started
        if age < self._pause:
            return
        self._pause = _FIRST_PAUSE_S if age > _HEALTHY_AFTER_S else min(self._pause * 2, _LONGEST_PAUSE_S)
        self._started = time.monotonic()
        self._start()

    def _start(self) -> None:
        try:
            command = launch_command(self._project, self._component)
        except StackError as error:
            print(f"{self._component}: {error}", flush=True)
            return
        print(f"starting {self._component}", flush=True)
        self._child = spawn(command, dict(os.environ), self._state.log(self._component))
        self._state.started(self._component, self._child.pid)


def ensure_supervisor(project: Project) -> None:
    """Start the project's supervisor in the background unless it runs; raises StackError when it does not start."""
    if State(project).process(NAME) is None:
        argv = [sys.executable, "-m", "devstack.supervisor", project.name, str(project.port_offset)]
        run(argv, seconds=_START_LIMIT_S, what="starting the supervisor")


def supervise(project: Project) -> None:
    """Look after all components until the process is ended."""
    keepers = [Keeper(project, component) for component in COMPONENTS]
    state = State(project)
    while True:
        with state.lock():
            for keeper in keepers:
                keeper.look()
        time.sleep(_ROUND_S)


def main() -> None:
    """Go into the background, as a child of nobody who could be left waiting for it, and supervise."""
    project = Project(sys.argv[1], int(sys.argv[2]))
    child = os.fork()
    if child:
        State(project).started(NAME, child)
        os._exit(0)
    os.setsid()
    log = State(project).log(NAME)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
    supervise(project)


if __name__ == "__main__":
    main()

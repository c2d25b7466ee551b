"""Further instances of a service beside the stack's own, as processes of this machine, known as `<service>#<n>`."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from devstack.command import Command
from devstack.launch import module
from devstack.ports import HOST
from devstack.processes import spawn
from devstack.project import Project, service_environment
from devstack.readiness import service_is_ready
from devstack.waiting import wait_until
from tests.chaos.rig.links import free_port

_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0


def service_of(name: str) -> str:
    """Return the service that an instance is one of."""
    return name.partition("#")[0]


class Instances:
    """The further instances that run now, by name. Nobody starts them again when they end."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._running: dict[str, tuple[subprocess.Popen[bytes], str]] = {}

    def urls(self, service: str) -> list[str]:
        """Return where the further instances of a service are."""
        return [url for name, (_, url) in self._running.items() if service_of(name) == service]

    def start(self, name: str) -> None:
        """Start an instance; raises StackError when it does not get ready."""
        service, port = service_of(name), free_port()
        environment = os.environ | service_environment(self._project, service) | {"PORT": str(port)}
        process = spawn(Command((sys.executable, "-m", module(service))), environment, self._log(name))
        self._running[name] = (process, f"http://{HOST}:{port}")
        self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        """Return when an instance is ready; one that has ended is waited for by nobody."""
        if name in self._running:
            url = self._running[name][1]
            wait_until(lambda: service_is_ready(url), seconds=_START_LIMIT_S, what=f"{name} is ready")

    def kill(self, name: str) -> None:
        """End an instance with SIGKILL."""
        process, _ = self._running.pop(name)
        process.kill()
        process.wait(_STOP_LIMIT_S)

    def stop(self, name: str) -> None:
        """End an instance in order."""
        process, _ = self._running.pop(name)
        process.terminate()
        process.wait(_STOP_LIMIT_S)

    def process(self, name: str) -> psutil.Process:
        """Return an instance's process."""
        return psutil.Process(self._running[name][0].pid)

    def dismiss(self) -> None:
        """End all of them, frozen ones too."""
        for name in list(self._running):
            self.kill(name)

    def _log(self, name: str) -> Path:
        return self._project.directory / "logs" / f"{name}.log"

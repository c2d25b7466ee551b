"""The stack as containers: docker-compose.yml under the project's name and ports."""

import os
import subprocess
import sys
from collections.abc import Sequence

from devstack.command import ROOT, run
from devstack.project import COMPONENTS, SERVICES, STORES, Project
from devstack.readiness import wait_ready
from devstack.telling import tell

_BUILD_LIMIT_S = 900.0
_COMMAND_LIMIT_S = 300.0
_LOG_LINES = 200
_ERASE_LINE = b"\x1b[2K"


class DockerStack:
    """Implements devstack.stack.Stack with docker compose."""

    kind = "docker"

    def __init__(self, project: Project) -> None:
        """Take the project; nothing is started yet."""
        self.project = project

    def build(self) -> None:
        """Build the services' images; a repeated build of unchanged sources takes a second or two."""
        tell("Building the services' images")
        self._compose("build", "--quiet", seconds=_BUILD_LIMIT_S)

    def up(self, components: Sequence[str] = COMPONENTS) -> None:
        """See Stack. The images must have been built."""
        stores = [name for name in components if name in STORES]
        if stores:  # without names compose takes all of them
            tell(f"Starting {', '.join(stores)}")
            self._compose("up", "--detach", "--wait", *stores)
        services = [name for name in components if name in SERVICES]
        if services:
            tell(f"Starting {', '.join(services)}")
            self._compose("up", "--detach", *services)
        for service in services:
            wait_ready(self.project, service)

    def down(self) -> None:
        """See Stack."""
        self._compose("down", "--remove-orphans")

    def reset(self) -> None:
        """See Stack."""
        self._compose("down", "--volumes", "--remove-orphans")

    def ps(self) -> None:
        """See Stack."""
        self._show("ps", "--all", "--format", "table {{.Service}}\t{{.Status}}\t{{.Ports}}")

    def logs(self, components: Sequence[str], *, follow: bool) -> None:
        """See Stack."""
        shown = ["logs", "--tail", str(_LOG_LINES), *(["--follow"] if follow else []), *components]
        if sys.stdout.isatty():
            self._show(*shown)
        else:
            self._pass_on(*shown)

    def kill(self, component: str) -> None:
        """See Stack.

        From inside: after `docker kill` the engine takes a container for stopped by hand and leaves it down. The
        signal goes to all but the container's init and the sender, so that the init ends and restarts the container.
        """
        self._compose("exec", "-T", component, "bash", "-c", "kill -9 -1")

    def stop(self, component: str) -> None:
        """See Stack."""
        self._compose("stop", component)

    def start(self, component: str) -> None:
        """See Stack."""
        self._compose("start", component)
        wait_ready(self.project, component)

    def environment(self) -> dict[str, str]:
        """Return what compose reads the project's ports from, on top of our own environment."""
        ports = {_port_variable(component): str(self.project.port(component)) for component in COMPONENTS}
        return dict(os.environ) | ports

    def _compose(self, *arguments: str, seconds: float = _COMMAND_LIMIT_S) -> None:
        what = f"docker compose {arguments[0]}"
        run(self._argv(*arguments), seconds=seconds, what=what, environment=self.environment())

    def _show(self, *arguments: str) -> None:
        subprocess.run(self._argv(*arguments), env=self.environment(), check=False)

    def _pass_on(self, *arguments: str) -> None:
        """Write what compose says to our output, without the codes that it puts before its lines wherever they go."""
        argv = self._argv(*arguments)
        with subprocess.Popen(argv, env=self.environment(), stdout=subprocess.PIPE) as said:
            for line in said.stdout or ():
                sys.stdout.buffer.write(line.replace(_ERASE_LINE, b""))
                sys.stdout.buffer.flush()

    def _argv(self, *arguments: str) -> list[str]:
        return ["docker", "compose", "-p", self.project.name, "-f", str(ROOT / "docker-compose.yml"), *arguments]


def _port_variable(component: str) -> str:
    return component.removesuffix("-service").upper().replace("-", "_") + "_PORT"

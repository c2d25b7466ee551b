"""The stack as processes of this machine, without Docker."""

import shutil
import subprocess
from collections.abc import Sequence

import psutil

from devstack import kafka, mongod, replica_set, supervisor
from devstack.errors import StackError
from devstack.ports import is_free
from devstack.processes import runs
from devstack.project import COMPONENTS, KAFKA, MONGO_SERVERS, SERVICES, Project, database, roles
from devstack.readiness import wait_ready
from devstack.state import State
from devstack.telling import tell
from devstack.topics import create_topics
from devstack.waiting import wait_until

_STOP_LIMIT_S = 30.0
_LOG_LINES = 200


class LocalStack:
    """Implements devstack.stack.Stack: background processes, a supervisor, everything under .stack/."""

    kind = "local"

    def __init__(self, project: Project) -> None:
        """Take the project; nothing is started yet."""
        self.project = project
        self._state = State(project)

    def up(self, components: Sequence[str] = COMPONENTS) -> None:
        """See Stack."""
        services = [component for component in components if component in SERVICES]
        self._stop(services)  # so that they start with the source as it is now
        self._require_ports(components)
        kafka.ensure_jars()
        mongod.ensure_binary()
        supervisor.ensure_supervisor(self.project)
        self._start_stores([component for component in components if component not in SERVICES])
        if services:
            tell(f"Starting {', '.join(services)}")
        for component in services:
            self._state.want(component)
        for component in services:
            wait_ready(self.project, component)

    def down(self) -> None:
        """See Stack."""
        watching = self._state.process(supervisor.NAME)
        if watching is not None:
            watching.kill()  # it holds nothing that could be lost
        self._stop(SERVICES)
        self._stop([component for component in COMPONENTS if component not in SERVICES])

    def reset(self) -> None:
        """See Stack."""
        self.down()
        shutil.rmtree(self.project.directory, ignore_errors=True)

    def ps(self) -> None:
        """See Stack."""
        for component in (*COMPONENTS, supervisor.NAME):
            process = self._state.process(component)
            port = str(self.project.port(component)) if component in COMPONENTS else "-"
            print(f"{component:18} {port:>6} {_described(process)}")

    def logs(self, components: Sequence[str], *, follow: bool) -> None:
        """See Stack."""
        files = [str(self._state.log(component)) for component in components or COMPONENTS]
        subprocess.run(["tail", "-n", str(_LOG_LINES), *(["-F"] if follow else []), *files], check=False)

    def kill(self, component: str) -> None:
        """See Stack."""
        process = self._state.process(component)
        if process is None:
            raise StackError(f"{component} does not run")
        process.kill()
        try:
            process.wait(_STOP_LIMIT_S)
        except psutil.TimeoutExpired:
            if runs(process):  # else it is a zombie that nobody asks for
                raise StackError(f"{component} runs {_STOP_LIMIT_S:g} s after it was killed") from None

    def stop(self, component: str) -> None:
        """See Stack."""
        self._stop([component])

    def start(self, component: str) -> None:
        """See Stack."""
        supervisor.ensure_supervisor(self.project)
        self._state.want(component)
        wait_ready(self.project, component)

    def _require_ports(self, components: Sequence[str]) -> None:
        for component in components:
            port = self.project.port(component)
            if self._state.process(component) is None and not is_free(port):
                raise StackError(f"port {port}, which {component} needs, is taken by another program")

    def _start_stores(self, stores: Sequence[str]) -> None:
        tell(f"Starting {', '.join(stores)}")
        for component in stores:
            self._state.want(component)
        for component in stores:
            self._finish_store(component)
        if KAFKA in stores:
            create_topics(self.project)

    def _finish_store(self, component: str) -> None:
        """Wait for a store and, the first time, make a replica set and users of a MongoDB server."""
        if component not in MONGO_SERVERS:
            wait_ready(self.project, component)
            return
        team = component.removeprefix("mongo-")
        replica_set.initiate(self.project.port(component))
        replica_set.ensure_root(self.project.port(component), self.project.password("MONGO_ROOT_PASSWORD"))
        password = self.project.password(f"MONGO_{team.upper()}_PASSWORD")
        replica_set.ensure_user(self.project.root_mongo_uri(team), database(team), team, password, roles(team))

    def _stop(self, components: Sequence[str]) -> None:
        for component in components:
            self._state.unwant(component)
        running = [process for component in components if (process := self._state.process(component))]
        for process in running:
            process.terminate()
        try:
            wait_until(lambda: not any(map(runs, running)), seconds=_STOP_LIMIT_S, what="stopping")
        except StackError:
            for process in filter(runs, running):
                process.kill()


def _described(process: psutil.Process | None) -> str:
    if process is None:
        return "down"
    spent = process.cpu_times()
    return f"running, process {process.pid}, {spent.user + spent.system:.1f} s of processor time"

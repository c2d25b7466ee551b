"""A whole stack in a test's hands: where its servers are, and how to end and start them one by one."""

import asyncio
import random
import subprocess
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from devstack.docker import DockerStack
from devstack.opening import open_stack, stack_of
from devstack.ports import is_free
from devstack.project import COMPONENTS, SERVICES, Project
from devstack.readiness import wait_ready
from devstack.selection import Kind
from devstack.stack import Stack as Servers

_ASK_S = 30.0


class Stack:
    """One project's servers, on Docker or on this machine; the methods raise StackError when time runs out."""

    def __init__(self, servers: Servers) -> None:
        """Take the servers of a project."""
        self._servers = servers
        self._project = servers.project

    @property
    def project(self) -> Project:
        """The project whose servers these are."""
        return self._project

    @property
    def kind(self) -> str:
        """What the servers are: docker or local."""
        return self._servers.kind

    @property
    def kafka(self) -> str:
        """The broker's bootstrap address, host:port."""
        return self._project.kafka

    @property
    def urls(self) -> dict[str, str]:
        """The base URL of each service by its name, such as "query-service"."""
        return {service: self._project.url(service) for service in SERVICES}

    def mongo_uri(self, team: str) -> str:
        """Return what the service of a team ("command", "projector", "query") connects to."""
        return self._project.mongo_uri(team)

    def root_mongo_uri(self, team: str) -> str:
        """Return the URI of the user root on a team's server."""
        return self._project.root_mongo_uri(team)

    async def kill(self, component: str) -> None:
        """End a component with SIGKILL; it is started again by itself (await `ready`)."""
        await asyncio.to_thread(self._servers.kill, component)

    async def stop(self, component: str) -> None:
        """End a component in order; it stays down."""
        await asyncio.to_thread(self._servers.stop, component)

    async def start(self, component: str) -> None:
        """Start a stopped component and wait until it is ready."""
        await asyncio.to_thread(self._servers.start, component)

    def container_started_at(self, component: str) -> datetime | None:
        """Return when a component's container was started; None without Docker, where a start is that of the process.

        Compose takes a second or two before it starts anything.
        """
        if self._servers.kind != "docker":
            return None
        labels = {"project": self._project.name, "service": component}
        of = [f"--filter=label=com.docker.compose.{name}={value}" for name, value in labels.items()]
        ids = _said_by("docker", "ps", "--quiet", *of)
        return datetime.fromisoformat(_said_by("docker", "inspect", "--format={{.State.StartedAt}}", ids))

    async def ready(self, component: str) -> None:
        """Wait until a component is ready."""
        await asyncio.to_thread(wait_ready, self._project, component)


def _said_by(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=_ASK_S).stdout.strip()


def running_stack() -> Stack:
    """Return the stack that `make up` started."""
    return Stack(open_stack(Project()))


OFFSETS = range(300, 5_000)
"""By how much the ports of a test's stack lie above the documented ones; from 32768 on the system hands them out."""


@contextmanager
def fresh_stack(
    kind: Kind, components: Sequence[str] = COMPONENTS, prepare: Callable[[Project], None] = lambda _: None
) -> Iterator[Stack]:
    """Yield a stack of its own, empty, on ports that were free; it is gone afterwards.

    `prepare` is given its project before anything is started.
    """
    project = Project(f"tickets-test-{uuid.uuid4().hex[:8]}", free_offset())
    servers = stack_of(project, kind)
    if isinstance(servers, DockerStack) and set(components) & set(SERVICES):
        servers.build()
    try:
        prepare(project)
        servers.up(components)
        yield Stack(servers)
    finally:
        servers.reset()


def free_offset() -> int:
    """Return an offset at which all ports of a stack are free."""
    while True:
        offset = random.choice(OFFSETS)
        if all(is_free(Project(port_offset=offset).port(component)) for component in COMPONENTS):
            return offset

"""How each component is run without Docker."""

import sys

from devstack import kafka, mongod
from devstack.command import Command
from devstack.overrides import override_of
from devstack.project import KAFKA, SERVICES, Project, service_environment
from devstack.state import State


def launch_command(project: Project, component: str) -> Command:
    """Return how to run `component`, whose directory is made ready first; raises StackError."""
    return override_of(project, component).over(_plain_command(project, component))


def _plain_command(project: Project, component: str) -> Command:
    data = State(project).data(component)
    port = project.port(component)
    if component in SERVICES:
        return Command((sys.executable, "-m", module(component)), service_environment(project, component))
    if component == KAFKA:
        kafka.prepare(data, port, controller_port=port + 1)
        return kafka.command(data)
    mongod.prepare(data)
    return mongod.command(data, port)


def module(service: str) -> str:
    """Return the name of the Python module that runs a service."""
    return service.replace("-", "_")

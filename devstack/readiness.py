"""When a component may be called ready. An open port says nothing: Docker's proxy accepts for a dead container."""

import socket
import struct
import urllib.request
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.ports import HOST
from devstack.project import KAFKA, SERVICES, Project
from devstack.waiting import wait_until

_PROBE_S = 2.0
_START_LIMIT_S = 120.0

# Kafka's ApiVersions, version 0, correlation id 0, no client id: what every broker answers first, without a topic.
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 0, -1)


def wait_ready(project: Project, component: str) -> None:
    """Return when a service's /readyz is 200, Kafka answers a request or MongoDB is primary; raises StackError."""
    what = f"{component} of {project.name} is ready on port {project.port(component)}"
    wait_until(lambda: is_ready(project, component), seconds=_START_LIMIT_S, what=what)


def is_ready(project: Project, component: str) -> bool:
    """Say whether a component of the project is ready now."""
    port = project.port(component)
    if component in SERVICES:
        return service_is_ready(project.url(component))
    return kafka_answers(port) if component == KAFKA else _mongo_is_primary(port)


def kafka_answers(port: int) -> bool:
    """Say whether a broker answers a request on 127.0.0.1:`port`."""
    try:
        with socket.create_connection((HOST, port), timeout=_PROBE_S) as connection:
            connection.sendall(_API_VERSIONS)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def service_is_ready(url: str) -> bool:
    """Say whether the service at a base URL is ready now."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=_PROBE_S) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _mongo_is_primary(port: int) -> bool:
    limit_ms = int(_PROBE_S * 1000)
    client: MongoClient[dict[str, Any]]
    try:
        with MongoClient(HOST, port, directConnection=True, serverSelectionTimeoutMS=limit_ms) as client:
            return bool(client.admin.command("hello")["isWritablePrimary"])
    except PyMongoError:
        return False

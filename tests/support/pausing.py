"""Freezes a server of a stack and lets it go on: what a long pause of a virtual machine looks like.

The server is found by its port, so nothing but its address needs to be known.
"""

import subprocess
from urllib.parse import urlsplit

import psutil

from tests.support.stack import Stack

_LIMIT_S = 30.0


def freeze(stack: Stack, component: str) -> None:
    """Stop all processes of a component where they stand; raises LookupError where it does not run."""
    if stack.kind == "docker":
        _docker("pause", _container(_port(stack, component)))
    else:
        _process(_port(stack, component)).suspend()


def thaw(stack: Stack, component: str) -> None:
    """Let a frozen component go on."""
    if stack.kind == "docker":
        _docker("unpause", _container(_port(stack, component)))
    else:
        _process(_port(stack, component)).resume()


def _port(stack: Stack, component: str) -> int:
    if component == "kafka":
        return int(stack.kafka.rpartition(":")[2])
    team = component.removeprefix("mongo-")
    port = urlsplit(stack.urls[component] if component in stack.urls else stack.mongo_uri(team)).port
    assert port is not None
    return port


def _container(port: int) -> str:
    found = _docker("ps", "--quiet", "--filter", f"publish={port}").split()
    if len(found) != 1:
        raise LookupError(f"{len(found)} containers publish port {port}")
    return found[0]


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=_LIMIT_S, check=True)
    return done.stdout


def _process(port: int) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
            return psutil.Process(connection.pid)
    raise LookupError(f"no process listens on port {port}")

"""Freezing a server that runs as a process of this machine."""

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import psutil
import pytest

from devstack.ports import HOST
from tests.support.pausing import freeze, thaw
from tests.support.stack import Stack
from tests.support.waiting import eventually

_SERVER = f"""
import socket
with socket.create_server(({HOST!r}, 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        server.accept()
"""


@pytest.fixture
def server() -> Iterator[tuple[psutil.Process, Stack]]:
    """Yield a process that listens, and a stack whose command service it is."""
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            urls = {"command-service": f"http://{HOST}:{process.stdout.readline().strip()}"}
            yield psutil.Process(process.pid), cast("Stack", SimpleNamespace(kind="local", urls=urls))
        finally:
            process.kill()


async def test_a_frozen_server_stands_still_until_it_is_let_go(server: tuple[psutil.Process, Stack]) -> None:
    process, stack = server

    async def stopped() -> bool:
        return bool(process.status() == psutil.STATUS_STOPPED)

    async def going_on() -> bool:
        return not await stopped()

    freeze(stack, "command-service")
    await eventually(stopped, "the process is frozen")
    thaw(stack, "command-service")
    await eventually(going_on, "the process goes on")


def test_a_server_that_does_not_run_cannot_be_frozen(server: tuple[psutil.Process, Stack]) -> None:
    process, stack = server
    process.kill()
    process.wait(10)
    with pytest.raises(LookupError):
        freeze(stack, "command-service")

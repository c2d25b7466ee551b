"""The supervisor starts a component again once nothing is left of the old process."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import supervisor
from devstack.command import Command
from devstack.local import LocalStack
from devstack.processes import spawn
from devstack.project import KAFKA, Project
from devstack.state import State
from devstack.supervisor import Keeper
from devstack.waiting import wait_until

# Its first thread ends, which makes it a zombie; another one goes on, as a JVM's do for a while after kill -9.
DYING = """
import ctypes, signal, threading
threading.Thread(target=lambda: signal.sigwait({signal.SIGUSR1})).start()
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.fixture
def project() -> Iterator[Project]:
    project = Project(f"tickets-test-{uuid.uuid4().hex[:8]}", 0)
    yield project
    LocalStack(project).reset()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[bytes]"]]:
    children: list[subprocess.Popen[bytes]] = []

    def recorded(command: Command, environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
        children.append(spawn(command, environment, log))
        return children[-1]

    monkeypatch.setattr(supervisor, "launch_command", lambda project, component: Command((sys.executable, "-c", DYING)))
    monkeypatch.setattr(supervisor, "spawn", recorded)
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.0)
    yield children
    for child in children:
        child.kill()
        child.wait(10)


def test_a_component_is_started_again_once_its_last_thread_has_ended(
    project: Project, started: list["subprocess.Popen[bytes]"]
) -> None:
    state, keeper = State(project), Keeper(project, KAFKA)
    state.want(KAFKA)
    keeper.look()
    wait_until(lambda: state.process(KAFKA) is None, seconds=10, what="a zombie")
    keeper.look()
    assert len(started) == 1
    started[0].kill()

    def again() -> bool:
        keeper.look()
        return len(started) == 2

    wait_until(again, seconds=10, what="started again")

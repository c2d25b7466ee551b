"""Without Docker: processes are known again, foreign ones are left alone, taken ports are named."""

import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devstack.errors import StackError
from devstack.local import LocalStack
from devstack.ports import HOST
from devstack.processes import recall, remember, runs
from devstack.project import KAFKA, Project
from devstack.waiting import wait_until
from tests.support.stack import free_offset


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()


def test_a_running_process_is_known_again(sleeper: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    remember(sleeper.pid, tmp_path / "pid")
    process = recall(tmp_path / "pid")
    assert process is not None
    assert process.pid == sleeper.pid


def test_an_ended_process_is_not_known(sleeper: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    remember(sleeper.pid, tmp_path / "pid")
    sleeper.kill()
    wait_until(lambda: recall(tmp_path / "pid") is None, seconds=10, what="gone, though nobody has waited for it")


def test_a_process_that_ends_while_it_is_looked_at_runs_no_more(
    sleeper: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    process = psutil.Process(sleeper.pid)
    assert runs(process)

    def status(_: psutil.Process) -> str:
        raise psutil.NoSuchProcess(sleeper.pid)

    monkeypatch.setattr(psutil.Process, "status", status)
    assert not runs(process)


def test_another_process_with_the_same_id_is_not_ours(sleeper: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    remember(sleeper.pid, tmp_path / "pid")
    pid, started = (tmp_path / "pid").read_text().split()
    (tmp_path / "pid").write_text(f"{pid} {float(started) - 60}")
    assert recall(tmp_path / "pid") is None


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(Project(f"tickets-test-{uuid.uuid4().hex[:8]}", free_offset()))
    yield stack
    stack.reset()


def test_a_taken_port_is_named(stack: LocalStack) -> None:
    port = stack.project.port(KAFKA)
    with socket.create_server((HOST, port)), pytest.raises(StackError, match=f"port {port}"):
        stack.up([KAFKA])


def test_nothing_runs_and_reset_is_content(stack: LocalStack) -> None:
    stack.reset()
    assert not stack.project.directory.exists()


def test_a_component_that_does_not_run_cannot_be_killed(stack: LocalStack) -> None:
    with pytest.raises(StackError, match="does not run"):
        stack.kill(KAFKA)


def test_waiting_has_an_end() -> None:
    with pytest.raises(StackError, match="the moon: not so after 0 s"):
        wait_until(lambda: False, seconds=0.2, what="the moon")

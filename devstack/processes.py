"""Processes that outlive the command that started them, each known by a file."""

import contextlib
import subprocess
from pathlib import Path

import psutil

from devstack.command import ROOT, Command

# A process id is used again some day; the time of its start, to this many seconds, tells the two apart.
_SAME_START_S = 2.0


def spawn(command: Command, environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start `command` in the background, in a session of its own, its output at the end of `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command.argv,
            cwd=ROOT,
            env=environment | dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def remember(pid: int, file: Path) -> None:
    """Write the process `pid` into `file`, for `recall`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(psutil.NoSuchProcess):
        file.write_text(f"{pid} {psutil.Process(pid).create_time()}")


def runs(process: psutil.Process) -> bool:
    """Say whether it has not ended yet; it may do so while it is looked at."""
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def recall(file: Path) -> psutil.Process | None:
    """Return the process that `remember` wrote into `file`, or None where it has ended."""
    try:
        pid, started = file.read_text().split()
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(started)) < _SAME_START_S
        return process if same and runs(process) else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None

"""A program in the foreground, started again when its source changes, until the terminal says stop."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from watchfiles import PythonFilter, watch

from devstack.command import ROOT, Command
from devstack.signals import handled
from devstack.telling import tell

END_LIMIT_S = 20.0
"""More than a service takes: its last answers, then its tasks, then its workers (tests/contracts/test_limits.py)."""

_LOOK_MS = 500
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the first too: shells let background jobs ignore it


def keep_running(command: Command, sources: Sequence[Path], end_limit: float = END_LIMIT_S) -> None:
    """Run `command` until interrupted, anew whenever a Python file below `sources` changes.

    It has gone when this returns, which Ctrl-C, SIGTERM and a terminal that closes bring about: it is asked to end,
    and killed after `end_limit` seconds.
    """
    with _any_end_as_interrupt():
        child, told_of_end = _start(command), False
        try:
            for changes in watch(*sources, watch_filter=PythonFilter(), yield_on_timeout=True, rust_timeout=_LOOK_MS):
                if changes:
                    tell(f"{', '.join(sorted({Path(path).name for _, path in changes}))} changed: starting again")
                    _end(child, end_limit)
                    child, told_of_end = _start(command), False
                elif child.poll() is not None and not told_of_end:
                    tell(f"It has ended with code {child.returncode}; it is started again when its source changes")
                    told_of_end = True
        except KeyboardInterrupt:
            tell("Interrupted: ending it")
        finally:
            _end(child, end_limit)


def _start(command: Command) -> "subprocess.Popen[bytes]":
    # In a process group of its own: the terminal interrupts its whole group at once, and a second signal from here
    # would take the end in order for one at any price.
    return subprocess.Popen(
        command.argv,
        cwd=ROOT,
        env=os.environ | dict(command.environment),
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


def _end(child: "subprocess.Popen[bytes]", limit: float) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(limit)
    except BaseException as cut_short:
        child.kill()
        child.wait()
        if not isinstance(cut_short, subprocess.TimeoutExpired):
            raise
        tell(f"It did not end within {limit:.0f} s and was killed")


@contextlib.contextmanager
def _any_end_as_interrupt() -> Iterator[None]:
    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    with handled(_ENDS, interrupt):
        yield

"""How a measurement ends early: whatever tells it to, its servers, processes and directories go with it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from devstack.signals import handled

_ENDS = (signal.SIGTERM, signal.SIGHUP)
"""A time limit, a cancelled job, a terminal that closes. Ctrl-C ends in order by itself."""


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let the blocks within be left when the process is told to end, by SystemExit; told again, it goes on ending.

    What is ignored from the start (`nohup`) stays so.
    """
    ends = [number for number in _ENDS if signal.getsignal(number) is not signal.SIG_IGN]

    def end(number: int, _: FrameType | None) -> None:
        for each in _ENDS:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    with handled(ends, end):
        yield

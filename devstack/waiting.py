"""Waiting for a server, always with a limit."""

import time
from collections.abc import Callable

from devstack.errors import StackError

_PAUSE_S = 0.1


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return as soon as `condition()` is true.

    Raises StackError naming `what` when that has not happened within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not so after {seconds:.0f} s")
        time.sleep(_PAUSE_S)

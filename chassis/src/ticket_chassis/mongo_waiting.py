"""How PyMongo waits for a server or a connection, mended for Python 3.11.

`asyncio.wait_for` of Python 3.11 runs what it waits for in a task of its own. A call that is cancelled again while that
task takes the lock back leaves it behind, with a lock that nobody releases or somebody else does: calls of others hang,
or fail with "cannot wait on un-acquired lock". And a cancellation that comes when a message has just been handed to
the connection is lost: the call goes on. From Python 3.12 on there is no such task, and nothing to mend.
"""

import asyncio
import sys

from pymongo.asynchronous import pool, topology
from pymongo.network_layer import PyMongoProtocol


def mend_waiting() -> None:
    """Make PyMongo (seen in 4.20) wait as it does on Python 3.12. May be called again."""
    if sys.version_info < (3, 12):
        for module in (pool, topology):
            module._async_cond_wait = _wait  # type: ignore[attr-defined]
        pool.async_sendall = _send  # type: ignore[assignment, attr-defined]


async def _wait(condition: asyncio.Condition, timeout: float | None) -> bool:
    """Return whether the condition was notified within `timeout` seconds; it is waited for in the caller's task."""
    try:
        async with asyncio.timeout(timeout):
            return await condition.wait()
    except TimeoutError:
        return False


async def _send(connection: PyMongoProtocol, message: bytes) -> None:
    """Hand a message to the connection, which takes it at once: there is nothing to wait for, and no limit to keep."""
    await connection.write(message)

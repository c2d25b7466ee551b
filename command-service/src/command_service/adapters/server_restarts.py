"""Notices that another process of MongoDB answers than before: it may have come back with another database."""

from collections.abc import Callable
from typing import Any

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)


class ServerRestarts(ServerHeartbeatListener):
    """Calls what `then` was given when a server answers as another process.

    The driver tells of an answer before it sends anything to the server that gave it.
    """

    def __init__(self) -> None:
        self._processes: dict[tuple[str, int | None], Any] = {}
        self._calls: list[Callable[[], None]] = []

    def then(self, call: Callable[[], None]) -> None:
        """Have this called, too."""
        self._calls.append(call)

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Nothing is known yet."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """Compare with the answer before."""
        process = (event.reply.topology_version or {}).get("processId")
        before = self._processes.setdefault(event.connection_id, process)
        if process != before:
            self._processes[event.connection_id] = process
            for call in self._calls:
                call()

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """It may only be slow; whoever answers next says who it is."""

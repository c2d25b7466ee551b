"""How far a connection is read ahead of its answers: a client may send requests without waiting for any answer."""

import asyncio
from collections.abc import Sized

from uvicorn.protocols.http.flow_control import FlowControl

MOST_WAITING = 8
"""Requests behind the one that is being answered; while as many wait, a client keeps what else it has to send."""


class PipelineFlow(FlowControl):
    """Reads on only while few requests wait, where uvicorn does with each answer; one read may bring in many."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        """Take the requests that wait for their turn."""
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, unless enough requests wait; it is called again with each answer."""
        if len(self._waiting) < MOST_WAITING:
            super().resume_reading()

"""A reader that goes away frees what its request held: the handler is cancelled.

Reads only. A write in the midst of an append goes on to its end: whether it was stored would otherwise be known to
nobody, the store's group commit carries others beside it, and it ends by itself within the database's time limit. The
client that sends it again with its key gets the first answer.
"""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

READS = frozenset({"GET", "HEAD"})
PATIENCE = 0.05
"""Seconds before anybody looks: most reads are done by then, and watching one costs a task."""


class DisconnectMiddleware:
    """Cancels the handler of a read whose client has closed the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        handler = asyncio.current_task()
        if scope["type"] != "http" or scope["method"] not in READS or handler is None:
            await self._app(scope, receive, send)
            return
        watch = _Watch(handler, receive)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not watch.gone:
                raise
            handler.uncancel()
        finally:
            watch.stop()


class _Watch:
    """Waits for the client's end of the connection to close, from PATIENCE after the start of its request."""

    def __init__(self, handler: asyncio.Task[object], receive: Receive) -> None:
        self.gone = False
        self._handler = handler
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(PATIENCE, self._start)

    def stop(self) -> None:
        """Watch no longer: the handler has ended."""
        self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _start(self) -> None:
        self._looking = self._loop.create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._handler.cancel()

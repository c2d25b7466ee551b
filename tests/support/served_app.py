"""An app on a port of its own of 127.0.0.1, for what speaks HTTP and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import uvicorn
from starlette.types import ASGIApp

LIMIT = 30.0


class _Server(uvicorn.Server):
    """A server that says when it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.takes_requests = Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, and say so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        self.takes_requests.set()

    @property
    def port(self) -> int:
        """The port that it was given."""
        return int(self.servers[0].sockets[0].getsockname()[1])


@contextmanager
def served_app(app: ASGIApp) -> Iterator[str]:
    """Yield the URL of an app, which runs in a thread of its own; raises TimeoutError if it does not start in 30 s."""
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = Thread(target=server.run, name="served app")
    thread.start()
    try:
        if not server.takes_requests.wait(LIMIT):
            raise TimeoutError("the app does not start")
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(LIMIT)

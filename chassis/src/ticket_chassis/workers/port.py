"""One port for several workers, each with a listening socket of its own among which the kernel spreads connections.

With one socket for all, whoever wakes first takes what waits: of 64 connections that came at once, one of two workers
got 59 and more in four of five trials. The kernel spreads by address and port, evenly where there are many.
"""

import socket

from ticket_chassis.running import BACKLOG


class SharedPort:
    """Keeps a port for workers, but takes no connection itself."""

    def __init__(self, host: str, port: int) -> None:
        """Take the port, a free one for 0; raises OSError where somebody listens on it."""
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._held = self._socket(shared=True)
        self._held.bind((host, port))
        self.address: tuple[str, int] = self._held.getsockname()[:2]
        try:
            self._refuse_to_share_with_strangers()
        except OSError:
            self._held.close()
            raise

    def bound(self) -> socket.socket:
        """Return a worker's own socket, which does not listen yet."""
        bound = self._socket(shared=True)
        bound.bind(self.address)
        return bound

    def close(self) -> None:
        """Give the port up."""
        self._held.close()

    def _refuse_to_share_with_strangers(self) -> None:
        # A second start of the same service would be let in as if it were one more worker.
        with self._socket(shared=False) as alone:
            alone.bind(self.address)
            alone.listen(BACKLOG)

    def _socket(self, *, shared: bool) -> socket.socket:
        made = socket.socket(self._family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return made

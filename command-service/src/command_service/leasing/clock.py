"""The database server's clock, as far as this process knows it."""

from datetime import datetime, timedelta
from time import monotonic


class DatabaseClock:
    """Follows a server's clock from the times that it answers with; never ahead of it by more than drift.

    Counts on by the monotonic clock: this machine's own time of day may be set, forwards too, at any moment.
    """

    def __init__(self) -> None:
        self._observed: tuple[datetime, float] | None = None

    def observe(self, server_time: datetime) -> None:
        """Take the time that an answer just received carries; the way back makes the estimate late, never early."""
        self._observed = server_time, monotonic()

    def now(self) -> datetime | None:
        """Return the server's time, None before the first observation."""
        if self._observed is None:
            return None
        server_time, at = self._observed
        return server_time + timedelta(seconds=monotonic() - at)

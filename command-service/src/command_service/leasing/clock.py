"""The database server's clock, as far as this process knows it."""

from datetime import UTC, datetime, timedelta


class DatabaseClock:
    """Follows a server's clock from the times that it answers with; never ahead of it by more than drift."""

    def __init__(self) -> None:
        self._ahead: timedelta | None = None

    def observe(self, server_time: datetime) -> None:
        """Take the time that an answer just received carries; the way back makes the estimate late, never early."""
        self._ahead = server_time - datetime.now(UTC)

    def now(self) -> datetime | None:
        """Return the server's time, None before the first observation."""
        return None if self._ahead is None else datetime.now(UTC) + self._ahead

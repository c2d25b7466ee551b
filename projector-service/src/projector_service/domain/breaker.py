"""Tells poison from a bug of ours: when most messages fail for many tickets, the projector is what is wrong."""

from collections import deque

WINDOW = 1_000
FAILED_SHARE = 0.5
TICKETS = 20


class TooMuchPoison(Exception):
    """More than half of the last 1,000 messages failed, for at least 20 tickets newly parked."""


class Breaker:
    """Remembers of the last 1,000 messages whether each failed, and which tickets it parked."""

    def __init__(self, window: int = WINDOW, tickets: int = TICKETS) -> None:
        self._outcomes: deque[tuple[bool, str | None]] = deque(maxlen=window)
        self._window = window
        self._tickets = tickets

    def note(self, *, failed: bool, parked: str | None = None) -> None:
        """Take the outcome of one message; `parked` is the ticket that it newly parked."""
        self._outcomes.append((failed, parked))

    def check(self) -> None:
        """Raise TooMuchPoison when the window says that the projector itself is broken."""
        failed = sum(failed for failed, _ in self._outcomes)
        parked = {ticket for _, ticket in self._outcomes if ticket is not None}
        if failed > self._window * FAILED_SHARE and len(parked) >= self._tickets:
            raise TooMuchPoison(
                f"{failed} of the last {len(self._outcomes)} messages could not be folded and {len(parked)} tickets "
                "were parked: this is a defect of the projector or of its contracts, not of the messages"
            )

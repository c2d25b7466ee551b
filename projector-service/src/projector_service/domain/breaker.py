"""Tells poison from a bug of ours: when most messages fail for many tickets, the projector is what is wrong."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

WINDOW = 1_000
FAILED_SHARE = 0.5
TICKETS = 20

Outcome = tuple[bool, str | None]
"""Whether a message failed, and the ticket that it newly parked."""


class TooMuchPoison(Exception):
    """More than half of the last 1,000 messages failed, for at least 20 tickets newly parked."""


class Breaker:
    """Remembers of the last 1,000 messages whether each failed, and which tickets it parked."""

    def __init__(self, window: int = WINDOW, tickets: int = TICKETS) -> None:
        self._outcomes: deque[Outcome] = deque(maxlen=window)
        self._window = window
        self._tickets = tickets

    def resume(self, waiting: int) -> None:
        """Begin where another process ended: as many messages wait as had failed before, whichever tickets parked.

        So whoever is started again parks at most 19 tickets before it stops once more, and not another half window
        of messages. One that was mended parks no new tickets, and gets past what waits to where it is redriven.
        """
        self._outcomes.extend((True, None) for _ in range(min(waiting, self._window)))

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Take the outcomes of messages, once they are stored."""
        self._outcomes.extend(outcomes)

    def check(self, outcomes: Iterable[Outcome]) -> None:
        """Raise TooMuchPoison when the window says, after any of these outcomes, that the projector itself is broken.

        After any, not after all: where batches end must not decide.
        """
        coming = list(outcomes)
        if not any(failed for failed, _ in coming):
            return
        window = deque(self._outcomes, self._window)
        failures, parked = sum(failed for failed, _ in window), Counter(ticket for _, ticket in window)
        for failed, ticket in coming:
            if len(window) == self._window:
                gone, gone_ticket = window[0]
                failures -= gone
                parked[gone_ticket] -= 1
            window.append((failed, ticket))
            failures += failed
            parked[ticket] += 1
            if failed and failures > self._window * FAILED_SHARE:
                self._stop_where_many_parked(failures, len(window), parked)

    def _stop_where_many_parked(self, failures: int, messages: int, parked: Mapping[str | None, int]) -> None:
        tickets = sum(ticket is not None and count > 0 for ticket, count in parked.items())
        if tickets >= self._tickets:
            raise TooMuchPoison(
                f"{failures} of the last {messages} messages could not be folded and {tickets} tickets "
                "were parked: this is a defect of the projector or of its contracts, not of the messages"
            )

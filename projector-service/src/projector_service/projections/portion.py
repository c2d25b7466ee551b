"""How much of a batch is stored and published at once: no more than is done within the time limits of a call.

A ticket's view may have 480 KB, whatever the size of the event that changes it: a thousand events that close tickets
with long texts are a transaction that MongoDB cannot take.
"""

from collections.abc import Iterator, Sequence

from projector_service.domain.messages import Received

FIRST = 100
"""Messages of the first portion: who ran out of memory over larger ones, and was started again, comes forward."""

BYTES = 16 * 1024 * 1024
"""Of tickets, in one portion: some 30 of the largest, thousands of common ones."""

GROWTH = 1.25


class Portion:
    """Cuts batches. Smaller after a failure, larger as long as portions get done and their tickets are small."""

    def __init__(self) -> None:
        self._most: float = FIRST
        self._taken = FIRST

    def cut(self, records: Sequence[Received]) -> Iterator[Sequence[Received]]:
        """Yield the records in order; how many at once is decided as each portion is asked for."""
        begin = 0
        while begin < len(records):
            portion = records[begin : begin + int(self._most)]
            self._taken = len(portion)
            yield portion
            begin += len(portion)

    def was_done(self, ticket_bytes: int) -> None:
        """Take that the last portion is stored and published, with so many bytes of tickets."""
        if ticket_bytes > BYTES:
            self._most = max(1, self._taken * BYTES / ticket_bytes)
        elif self._taken == int(self._most):
            self._most *= GROWTH

    def failed(self) -> None:
        """Take that it is not: it may have been too much."""
        self._most = max(1, self._taken / 2)

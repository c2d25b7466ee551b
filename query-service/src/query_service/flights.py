"""Equal questions share one reading: whoever asks while it is under way gets what it finds.

Nobody gets less than they have a right to see. A reading that has not begun yet is right for all. One that has begun is
right for whoever asks without a token, unless news of what it may show has been heard since: then the next one begins.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from query_service.answers import Answer, AnswerCache, Begun
from query_service.asked_for import Target
from query_service.domain.news import Dependence


@dataclass(eq=False)
class _Flight:
    """A reading under way: when it began, None before that or where no news is heard, and how many wait for it."""

    reading: asyncio.Task[Answer]
    begun: Begun | None = None
    is_waiting: bool = True
    passengers: int = 0


class Flights:
    """Readings under way, by what was asked; no more of them than requests, for one that nobody waits for is ended."""

    def __init__(self, answers: AnswerCache) -> None:
        """Take what hears the news; while it does not, only readings that have not begun yet are shared."""
        self._answers = answers
        self._under_way: dict[Target, _Flight] = {}

    def __len__(self) -> int:
        """Return how many readings can be joined, or have been until news came."""
        return len(self._under_way)

    async def share(
        self, asked: Target, read: Callable[[], Awaitable[Answer]], may_show: Dependence, *, anew: bool
    ) -> Answer:
        """Return what `read` finds, or a reading of the same that is under way; raises what that raises.

        `may_show` is known before anything is read: no news but of this can make the answer another one. `anew` asks
        for a reading that begins after this call, as somebody with a token has to.
        """
        flight = self._under_way.get(asked)
        if flight is None or not self._may_join(flight, may_show, anew):
            flight = self._under_way[asked] = self._depart(asked, read)
        flight.passengers += 1
        try:
            # One who goes away does not take the answer from the others.
            return await asyncio.shield(flight.reading)
        finally:
            flight.passengers -= 1
            if not flight.passengers:
                self._end(asked, flight)

    def _may_join(self, flight: _Flight, may_show: Dependence, anew: bool) -> bool:
        return flight.is_waiting or not (anew or self._answers.is_outdated(flight.begun, may_show))

    def _depart(self, asked: Target, read: Callable[[], Awaitable[Answer]]) -> _Flight:
        async def run() -> Answer:
            flight.is_waiting, flight.begun = False, self._answers.begin()
            try:
                return await read()
            finally:
                self._forget(asked, flight)

        flight = _Flight(asyncio.create_task(run()))
        return flight

    def _end(self, asked: Target, flight: _Flight) -> None:
        # At once: whoever asks before it has come to its end would be told that it was cancelled.
        self._forget(asked, flight)
        flight.reading.cancel()

    def _forget(self, asked: Target, flight: _Flight) -> None:
        if self._under_way.get(asked) is flight:
            del self._under_way[asked]

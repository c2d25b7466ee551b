"""How many tickets there are of something: enough to choose between plans, of which each finds the same."""

from time import monotonic

from query_service.adapters.mongo_schema import Collection, Document

SECONDS = 60.0
"""For so long a count holds that has no time in it: of one filter, or of two together, many lists ask."""

KEPT = 5_000

_WITHOUT_TIME = {"facets", "pairs"}


class Sizes:
    """Counts tickets of one collection along an index, touching none of them."""

    def __init__(self, tickets: Collection) -> None:
        self._tickets = tickets
        self._kept: dict[tuple[str, int], tuple[float, int]] = {}

    async def about(self, index: str, scanned: Document, limit: int) -> int:
        """Return how many there are as far as counting to `limit` tells, or were within the last minute."""
        if not scanned.keys() <= _WITHOUT_TIME:
            return await self.now(index, scanned, limit)
        asked, at = (repr(scanned), limit), monotonic()
        kept = self._kept.get(asked)
        if kept is not None and at < kept[0]:
            return kept[1]
        found = await self.now(index, scanned, limit)
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[asked] = at + SECONDS, found
        return found

    async def now(self, index: str, scanned: Document, limit: int) -> int:
        """Return how many there are as far as counting to `limit` tells."""
        return await self._tickets.count_documents(scanned, hint=index, limit=limit)

"""Timelines, read from MongoDB."""

from collections.abc import Collection

from query_service.adapters.mongo_schema import Collections
from query_service.ports import FoundEntry


class MongoTimeline:
    """The port `Timeline` on the collection `timeline`."""

    def __init__(self, collections: Collections) -> None:
        self._timeline = collections.timeline

    async def page(self, ticket_id: str, after: int, limit: int) -> list[FoundEntry]:
        """See the port."""
        condition = {"ticket_id": ticket_id, "version": {"$gt": after}}
        rows = self._timeline.find(condition, {"_id": 0, "version": 1, "entry": 1}).sort("version").limit(limit)
        return [FoundEntry(row["version"], row["entry"]) for row in await rows.to_list()]

    async def present(self, keys: Collection[str]) -> set[str]:
        """See the port."""
        rows = await self._timeline.find({"_id": {"$in": list(keys)}}, {"_id": 1}).to_list()
        return {row["_id"] for row in rows}

"""Counters, read from MongoDB."""

from collections.abc import Collection

from query_service.adapters.mongo_schema import Collections
from ticket_contracts.stats import StatsRecord


class MongoCounters:
    """The port `Counters` on the collection `counters`; a record is kept as the JSON it came as."""

    def __init__(self, collections: Collections) -> None:
        self._counters = collections.counters

    async def offsets(self) -> dict[int, int]:
        """See the port."""
        rows = await self._counters.find({}, {"offset": 1}).to_list()
        return {row["_id"]: row["offset"] for row in rows}

    async def records(self, partitions: Collection[int]) -> list[StatsRecord]:
        """See the port."""
        rows = await self._counters.find({"_id": {"$in": list(partitions)}}, {"record": 1}).to_list()
        return [StatsRecord.model_validate_json(row["record"]) for row in rows]

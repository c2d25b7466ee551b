"""The one document that says which generation this read model serves, and who still uses an older one."""

from dataclasses import dataclass

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from query_service.adapters.mongo_schema import Document

ALIVE_SECONDS = 15
"""A process that has not said so for this long is taken for dead."""

_SERVING = "serving"


@dataclass(frozen=True)
class Serving:
    """The generation that is served, and the one that was before if its documents are still there."""

    number: int
    before: int | None


class MongoServing:
    """The collections `generations` and `generation_uses`, of all processes of the service together."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._generations = database.get_collection("generations", read_concern=ReadConcern("majority"))
        self._uses = database.generation_uses

    async def load(self) -> Serving | None:
        """Return what is served; None for a read model that has not begun."""
        found = await self._generations.find_one({"_id": _SERVING})
        return Serving(found["number"], found.get("before")) if found else None

    async def begin(self, number: int) -> None:
        """Serve a generation from the start; the first process decides."""
        try:
            await self._generations.insert_one({"_id": _SERVING, "number": number})
        except DuplicateKeyError:
            return

    async def switch(self, before: int, number: int) -> bool:
        """Serve `number` instead of `before`; False where another process has changed it meanwhile."""
        wanted: Document = {"_id": _SERVING, "number": before, "before": None}
        changed = await self._generations.update_one(wanted, {"$set": {"number": number, "before": before}})
        return changed.matched_count == 1

    async def forget_before(self, before: int) -> None:
        """Note that nothing is left of the older generation."""
        await self._generations.update_one({"_id": _SERVING, "before": before}, {"$unset": {"before": ""}})
        await self._uses.delete_many({"oldest": {"$lte": before}})

    async def note_use(self, process: str, oldest: int) -> None:
        """Say which is the oldest generation that a process uses."""
        change: list[Document] = [{"$set": {"oldest": oldest, "at": "$$NOW"}}]
        await self._uses.update_one({"_id": process}, change, upsert=True)

    async def is_used(self, number: int) -> bool:
        """Say whether a process that is alive, by the database's clock, uses the generation or an older one."""
        since = {"$dateSubtract": {"startDate": "$$NOW", "unit": "second", "amount": ALIVE_SECONDS}}
        condition: Document = {"oldest": {"$lte": number}, "$expr": {"$gt": ["$at", since]}}
        return await self._uses.find_one(condition) is not None

"""A server that is between the two steps of an upsert, where it has looked and not yet inserted."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pymongo import ReplaceOne, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

Document = dict[str, Any]


class OvertakenUpserts:
    """A collection. Of its first bulk of upserts the server finds nothing to change; then another process writes."""

    def __init__(self, collection: AsyncCollection[Document], meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._collection = collection
        self._meanwhile: Callable[[], Awaitable[None]] | None = meanwhile

    async def bulk_write(
        self, operations: Sequence[ReplaceOne[Document] | UpdateOne], *, ordered: bool = True
    ) -> object:
        """Do the first bulk step by step, and others as the server does."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:
            return await self._collection.bulk_write(operations, ordered=ordered)
        for each in operations:
            assert await self._collection.find_one(each._filter) is None
        await meanwhile()
        return await self._collection.insert_many([_inserted(each) for each in operations], ordered=ordered)


def _inserted(operation: ReplaceOne[Document] | UpdateOne) -> Document:
    content: Any = operation._doc
    return {"_id": operation._filter["_id"], **content.get("$set", content)}

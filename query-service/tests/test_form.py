"""The form of what is stored, where several processes start at once."""

from dataclasses import replace
from typing import Any, cast

import pytest

from query_service.adapters.mongo_form import discard_other_forms
from query_service.adapters.mongo_schema import Collection, Collections

pytestmark = pytest.mark.stack


class SlowReading:
    """A collection on which another process does something between our reading and our writing."""

    def __init__(self, collection: Collection, meanwhile: Any) -> None:
        self._collection = collection
        self._meanwhile = meanwhile

    async def find_one(self, *arguments: Any) -> Any:
        """Read, and then let the other one go on."""
        found = await self._collection.find_one(*arguments)
        await self._meanwhile()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)


async def test_what_another_process_has_begun_to_fill_is_not_dropped(collections: Collections) -> None:
    async def begin_to_fill() -> None:
        await discard_other_forms(collections)
        await collections.tickets.insert_one({"_id": "a ticket"})

    slow = cast("Collection", SlowReading(collections.first_fill, begin_to_fill))
    await discard_other_forms(replace(collections, first_fill=slow))
    assert await collections.tickets.count_documents({}) == 1

"""What is newer stands, also where something older was inserted while it was being written for the first time."""

from typing import Any, cast

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from projector_service.adapters.newer import IfNewer, write_if_newer
from projector_service.settings import Settings
from tests.support.overtaken import OvertakenUpserts

pytestmark = pytest.mark.stack


def of_version(version: int) -> IfNewer:
    """Return the write of one version of a document."""
    return IfNewer({"_id": "key", "version": {"$lt": version}}, {"version": version})


@pytest.mark.parametrize(("before", "now"), [(1, 2), (2, 2), (3, 2)], ids=["older", "the same", "newer"])
async def test_the_newest_stands_whichever_is_inserted_first(settings: Settings, before: int, now: int) -> None:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        keys: AsyncCollection[dict[str, Any]] = client[settings.mongo_database].text_keys

        async def thaw() -> None:
            await write_if_newer(keys, [of_version(before)])

        await write_if_newer(cast("Any", OvertakenUpserts(keys, thaw)), [of_version(now)])
        assert await keys.distinct("version") == [max(before, now)]

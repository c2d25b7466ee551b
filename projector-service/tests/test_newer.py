"""What is newer stands, also where something older was inserted while it was being written for the first time."""

import traceback
from typing import Any, cast

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

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


async def test_a_refusal_does_not_quote_what_was_to_be_written(settings: Settings) -> None:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(settings.mongo_uri.get_secret_value()) as client:
        database: AsyncDatabase[dict[str, Any]] = client[settings.mongo_database]
        keys: AsyncCollection[dict[str, Any]] = database.text_keys
        await database.create_collection("text_keys", validator={"version": {"$lt": 5}})
        secret = IfNewer({"_id": "key", "version": {"$lt": 7}}, {"version": 7, "key": b"the key itself"})
        with pytest.raises(OperationFailure) as refused:
            await write_if_newer(keys, [of_version(1), secret])
    told = "".join(traceback.format_exception(refused.value))
    assert "text_keys" in told
    assert "the key itself" not in told

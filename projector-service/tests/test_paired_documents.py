"""Two generations side by side, read in pieces."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient

from projector_service.adapters import paired_documents
from projector_service.adapters.paired_documents import Pair, snapshot
from tests.support.database_calls import Calls

pytestmark = pytest.mark.stack


def stored(key: int, text: str = "same") -> dict[str, Any]:
    return {"_id": f"{key:02}", "partition": key % 2, "text": text}


async def test_each_document_comes_once_whatever_the_other_generation_has(
    mongo_uri: str, mongo_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server counts the time limit of a query for all its answers together: one for all would end in the midst.
    monkeypatch.setattr(paired_documents, "PIECE", 3)
    calls = Calls()
    async with AsyncMongoClient[dict[str, Any]](mongo_uri, event_listeners=[calls]) as client:
        db = client[mongo_database]
        await db["drops"].insert_many([stored(key) for key in range(20) if key not in (4, 5, 6, 7)])
        await db["drops.g2"].insert_many([stored(key, "other" if key == 11 else "same") for key in range(19)])
        calls.names.clear()
        async with snapshot(client, db, 1, 2) as documents:
            found = [pair async for pair in documents.pairs({0, 1})]
        read, finds = calls.names.count("getMore"), calls.names.count("find")
        async with snapshot(client, db, 1, 2) as documents:
            for place, last in enumerate(found):
                assert [pair async for pair in documents.pairs({0, 1}, last)] == found[place + 1 :]
            odd = [pair async for pair in documents.pairs({1})]
    there, other = {"partition": 0, "text": "same"}, {"partition": 1, "text": "same"}
    missing = [Pair("drops", f"{key:02}", None, other if key % 2 else there) for key in (4, 5, 6, 7)]
    gone = [Pair("drops", "19", other, None)]
    changed = [Pair("drops", "11", other, other | {"text": "other"})]
    assert [pair for pair in found if pair.serving != pair.new] == [*missing, *changed, *gone]
    assert len(found) == 20
    assert [pair.key for pair in odd] == [pair.key for pair in found if int(pair.key) % 2]
    assert (finds, read) == (25, 0)


async def test_a_snapshot_is_used_up_before_the_server_gives_it_up(
    mongo_uri: str, mongo_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paired_documents.SNAPSHOT_SECONDS < 300  # as long as a server keeps one, unless it is told otherwise
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        async with snapshot(client, client[mongo_database], 1, 2) as documents:
            assert not documents.is_used_up
        monkeypatch.setattr(paired_documents, "SNAPSHOT_SECONDS", -1.0)
        async with snapshot(client, client[mongo_database], 1, 2) as documents:
            assert documents.is_used_up

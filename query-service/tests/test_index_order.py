"""In which order a first fill makes the indexes of lists and searches: plain lists are served first."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent, CommandSucceededEvent

from query_service.adapters.mongo_schema import Collections, index_for_reads, list_index
from query_service.domain.listing import Sort

pytestmark = pytest.mark.stack


class Indexing(CommandListener):
    """Takes down which indexes have been begun, and which of them were whole at that time."""

    def __init__(self) -> None:
        self._asked: dict[int, list[str]] = {}
        self._whole: list[str] = []
        self.before: dict[str, list[str]] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "createIndexes":
            self._asked[event.request_id] = [index["name"] for index in event.command["indexes"]]
            self.before |= {name: list(self._whole) for name in self._asked[event.request_id]}

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._whole += self._asked.get(event.request_id, [])

    def failed(self, event: Any) -> None: ...


async def test_the_indexes_that_plain_lists_need_are_whole_before_others_begin(
    mongo_uri: str, mongo_database: str
) -> None:
    indexing = Indexing()
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, event_listeners=[indexing]) as client:
        await index_for_reads(Collections.of(client[mongo_database]))
    plain = {list_index(sort) for sort in Sort}
    assert {name for name, whole in indexing.before.items() if not whole} == plain
    assert all(plain <= set(whole) for name, whole in indexing.before.items() if name not in plain)
    assert set(indexing.before["words"]) == indexing.before.keys() - {"words"}

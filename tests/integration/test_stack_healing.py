"""What ends without being told to comes back by itself, with its data; what was told to stays down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ServerSelectionTimeoutError

from devstack.project import database
from tests.support.stack import Stack

pytestmark = pytest.mark.stack

SERVER = "mongo-query"


@asynccontextmanager
async def collection(stack: Stack) -> AsyncIterator[AsyncCollection[dict[str, Any]]]:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(stack.mongo_uri("query"), serverSelectionTimeoutMS=1000) as client:
        yield client[database("query")]["healing"]


async def insert(stack: Stack, marker: str) -> None:
    async with collection(stack) as markers:
        await markers.insert_one({"_id": marker})


async def count(stack: Stack, marker: str) -> int:
    async with collection(stack) as markers:
        return await markers.count_documents({"_id": marker})


async def test_a_killed_server_comes_back_with_its_data(databases: Stack) -> None:
    await insert(databases, "killed")
    await databases.kill(SERVER)
    await databases.ready(SERVER)
    assert await count(databases, "killed") == 1


async def test_a_stopped_server_stays_down_until_started(databases: Stack) -> None:
    await insert(databases, "stopped")
    await databases.stop(SERVER)
    with pytest.raises(ServerSelectionTimeoutError):
        await count(databases, "stopped")
    await databases.start(SERVER)
    assert await count(databases, "stopped") == 1

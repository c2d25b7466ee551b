"""Each service's user can touch its own database, and nothing else on any server."""

from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from devstack.project import TEAMS, database
from tests.support.stack import Stack

pytestmark = pytest.mark.stack

PAIRS = list(permutations(TEAMS, 2))
UNAUTHORIZED = 13
AUTHENTICATION_FAILED = 18


async def insert(uri: str, into: str) -> None:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri) as client:
        collection: AsyncCollection[dict[str, Any]] = client[into]["try"]
        await collection.insert_one({})


def on_server_of(uri: str, other: str) -> str:
    """Return `uri` with the host and port of `other`."""
    return uri.replace(urlsplit(uri).netloc.rpartition("@")[2], urlsplit(other).netloc.rpartition("@")[2])


@pytest.mark.parametrize("team", TEAMS)
async def test_a_user_may_write_its_own_database(databases: Stack, team: str) -> None:
    await insert(databases.mongo_uri(team), database(team))


async def test_the_query_services_user_may_let_its_database_keep_what_a_document_was_before(databases: Stack) -> None:
    uri = databases.mongo_uri("query")
    await insert(uri, database("query"))
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri) as client:
        await client[database("query")].command("collMod", "try", changeStreamPreAndPostImages={"enabled": True})


@pytest.mark.parametrize(("team", "other"), PAIRS)
async def test_a_user_is_unknown_on_another_teams_server(databases: Stack, team: str, other: str) -> None:
    uri = on_server_of(databases.mongo_uri(team), databases.mongo_uri(other))
    with pytest.raises(OperationFailure) as refused:
        await insert(uri, database(other))
    assert refused.value.code == AUTHENTICATION_FAILED


@pytest.mark.parametrize(("team", "other"), PAIRS)
async def test_a_user_may_write_no_other_database_on_its_own_server(databases: Stack, team: str, other: str) -> None:
    with pytest.raises(OperationFailure) as refused:
        await insert(databases.mongo_uri(team), database(other))
    assert refused.value.code == UNAUTHORIZED


@pytest.mark.parametrize("team", TEAMS)
async def test_nobody_may_write_without_a_user(databases: Stack, team: str) -> None:
    address = urlsplit(databases.mongo_uri(team)).netloc.rpartition("@")[2]
    with pytest.raises(OperationFailure) as refused:
        await insert(f"mongodb://{address}/?directConnection=true", database(team))
    assert refused.value.code == UNAUTHORIZED

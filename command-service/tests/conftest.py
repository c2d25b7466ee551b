"""Fixtures for tests on real servers."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document, connect, database


@pytest.fixture
def mongo_settings(mongo_uri: str, mongo_database: str) -> CommandSettings:
    """Settings with a database of the test's own, and no Kafka."""
    return CommandSettings(
        mongo_uri=SecretStr(mongo_uri), mongo_database=mongo_database, kafka_bootstrap_servers="127.0.0.1:1"
    )


@pytest.fixture
async def mongo_client(mongo_settings: CommandSettings) -> AsyncIterator[AsyncMongoClient[Document]]:
    """A client as the service has it."""
    async with connect(mongo_settings) as client:
        yield client


@pytest.fixture
def own(mongo_client: AsyncMongoClient[Document], mongo_settings: CommandSettings) -> AsyncDatabase[Document]:
    """The test's own database."""
    return database(mongo_client, mongo_settings)

"""The operators' command line of the projector, in a test's hands."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner, Result

from projector_service.cli.app import app
from projector_service.settings import Settings

Cli = Callable[..., Awaitable[Result]]


@pytest.fixture
def cli(settings: Settings) -> Cli:
    """Return what runs `projector parked` with some arguments, in a thread of its own."""
    environment = {
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DATABASE": settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PREFIX": settings.topic_prefix,
        "COLUMNS": "300",
    }

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["parked", *arguments], env=environment))

    return run

"""Deployments for crash points: most share one, and a failure ends it, so that one defect is told once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.crash.deployment import Deployment


class Shared:
    """The deployment that points share; `drop` ends it, and the next one who asks gets a new one."""

    def __init__(self, kafka: str, mongo: str, directory: Path) -> None:
        self._servers = (kafka, mongo)
        self._directory = directory
        self._deployment: Deployment | None = None

    async def get(self) -> Deployment:
        """Return a deployment whose services are ready."""
        if self._deployment is None:
            self._deployment = Deployment(*self._servers, self._directory)
            await self._deployment.make_topics()
            for service in self._deployment.services.values():
                service.start()
        await self._deployment.ready()
        return self._deployment

    async def drop(self) -> None:
        """Remove it."""
        if self._deployment is not None:
            await self._deployment.remove()
            self._deployment = None


@pytest.fixture(scope="session")
def shared(kafka_bootstrap: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Yield the deployment that points share."""
    shared = Shared(kafka_bootstrap, mongo_uri, tmp_path_factory.mktemp("shared"))
    yield shared
    asyncio.run(shared.drop())


@pytest.fixture
async def fresh(kafka_bootstrap: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Yield a deployment of which nothing has started yet; only its topics are there."""
    deployment = Deployment(kafka_bootstrap, mongo_uri, tmp_path)
    await deployment.make_topics()
    yield deployment
    await deployment.remove()

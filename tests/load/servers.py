"""Servers and service processes for a measurement, gone when it is done."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from devstack.selection import Kind


@contextmanager
def kafka_and_mongo(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the bootstrap address of a broker and the URI of a replica set, both empty."""
    if kind == "docker":
        from tests.support.docker_servers import docker_kafka as kafka
        from tests.support.docker_servers import docker_mongo as mongo
    else:
        from tests.support.local_servers import local_kafka as kafka
        from tests.support.local_servers import local_mongo as mongo
    with kafka() as bootstrap, mongo() as mongo_uri:
        yield bootstrap, mongo_uri


@asynccontextmanager
async def running(module: str, *arguments: str, **environment: str) -> AsyncIterator[None]:
    """Run a module in a process of its own for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env=os.environ | environment
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()

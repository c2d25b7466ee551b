"""Servers and service processes for a measurement, gone when it is done."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from devstack.ports import free_port
from devstack.selection import SERVER_IMAGES, Kind, chosen_kind
from tests.load.ending import ended_in_order
from tests.load.figures import Figure


@contextmanager
def kafka_and_mongo(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the bootstrap address of a broker and the URI of a replica set, both empty."""
    if kind == "docker":
        from tests.support.docker_servers import docker_kafka as kafka
        from tests.support.docker_servers import docker_mongo as mongo
    else:
        from tests.support.local_servers import local_kafka as kafka
        from tests.support.local_servers import local_mongo as mongo
    with ended_in_order(), kafka() as bootstrap, mongo() as mongo_uri:
        yield bootstrap, mongo_uri


def measured_on_servers(measure: Callable[[str, str], Coroutine[Any, Any, list[Figure]]]) -> list[Figure]:
    """Return what `measure` returns, given a broker's address and a replica set's URI."""
    logging.basicConfig(level=logging.CRITICAL)  # aiokafka tells of each retry, also while topics are being made
    with kafka_and_mongo(chosen_kind(SERVER_IMAGES)) as (bootstrap, mongo_uri):
        return asyncio.run(measure(bootstrap, mongo_uri))


def service_environment(bootstrap: str, prefix: str, mongo_uri: str, database: str) -> dict[str, str]:
    """Return the environment of a service on these servers, on a port of its own."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "TOPIC_PREFIX": prefix,
        "MONGO_URI": mongo_uri,
        "MONGO_DATABASE": database,
        "PORT": str(free_port()),
        "LOG_LEVEL": "warning",
    }


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

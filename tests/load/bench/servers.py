"""The servers of a bench: one Kafka, and a MongoDB for each service and for the baseline, of one version and size."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from devstack.selection import Kind
from tests.load.ending import ended_in_order

CACHE_GB = 1.0
"""The cache of each MongoDB: half of what a server of 4 GB would give it."""


@dataclass(frozen=True)
class Servers:
    """Where they are: host:port of the broker, and a URI each."""

    kafka: str
    command: str
    projector: str
    query: str
    baseline: str


@contextmanager
def bench_servers(kind: Kind) -> Iterator[Servers]:
    """Yield servers, empty, that live as long as the block."""
    if kind == "docker":
        from tests.support.docker_servers import docker_kafka as kafka
        from tests.support.docker_servers import docker_mongo as mongo
    else:
        from tests.support.local_servers import local_kafka as kafka
        from tests.support.local_servers import local_mongo as mongo
    with ended_in_order(), ExitStack() as stack:
        uris = [stack.enter_context(mongo(CACHE_GB)) for _ in range(4)]
        yield Servers(stack.enter_context(kafka()), *uris)

"""Kafka and MongoDB for a test session, as processes of this machine."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack import kafka, mongod, replica_set
from devstack.command import Command
from devstack.ports import HOST, free_port
from devstack.readiness import kafka_answers
from devstack.waiting import wait_until

_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0


@contextmanager
def local_kafka() -> Iterator[str]:
    """Yield the bootstrap address of a broker that lives as long as the block."""
    kafka.ensure_jars()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tickets-kafka-") as directory:
        kafka.prepare(Path(directory), port, free_port())
        with _running(kafka.command(Path(directory))):
            wait_until(lambda: kafka_answers(port), seconds=_START_LIMIT_S, what="Kafka answers")
            yield f"{HOST}:{port}"


@contextmanager
def local_mongo(cache_gb: float = mongod.CACHE_GB) -> Iterator[str]:
    """Yield the URI of a replica set without users that lives as long as the block."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tickets-mongo-") as directory:
        mongod.prepare(Path(directory))
        with _running(mongod.command(Path(directory), port, users=False, cache_gb=cache_gb)):
            replica_set.initiate(port)
            yield f"mongodb://{HOST}:{port}/?directConnection=true"


@contextmanager
def _running(command: Command) -> Iterator[None]:
    with subprocess.Popen(command.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()

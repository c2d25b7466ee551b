"""Kafka and MongoDB for a test session or a benchmark, as containers.

Where Docker runs on this very machine they are in its network, on loopback alone. What goes through a published port
goes through a process of Docker's as well: a twelfth of two cores at 100 commands a second.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from devstack.mongod import CACHE_GB, REPLICA_SET
from devstack.ports import HOST, free_port
from devstack.replica_set import initiate
from devstack.selection import KAFKA_IMAGE, MONGO_IMAGE

# Ports are published on loopback only, and every container below ends with its block: no reaper image is needed.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", HOST)

from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

_START_LIMIT_S = 90


@contextmanager
def docker_kafka() -> Iterator[str]:
    """Yield the bootstrap address of a broker that lives as long as the block."""
    port = free_port()
    environment = _kafka_environment(port, free_port())
    with _container(KAFKA_IMAGE, "Kafka Server started", port).with_envs(**environment):
        yield f"{HOST}:{port}"


@contextmanager
def docker_mongo(cache_gb: float = CACHE_GB) -> Iterator[str]:
    """Yield the URI of a replica set without users that lives as long as the block."""
    port = free_port()
    # The member is named by the port that both sides of the container know it by.
    flags = f"--replSet {REPLICA_SET} --port {port} --wiredTigerCacheSizeGB {cache_gb}"
    flags += f" --bind_ip {HOST}" if _has_our_network() else ""
    with _container(MONGO_IMAGE, "Waiting for connections", port).with_command(flags):
        initiate(port)
        yield f"mongodb://{HOST}:{port}/?directConnection=true"


def _container(image: str, ready: str, port: int) -> DockerContainer:
    wait = LogMessageWaitStrategy(ready).with_startup_timeout(_START_LIMIT_S)
    container = DockerContainer(image, _wait_strategy=wait)
    if _has_our_network():
        return container.with_kwargs(network_mode="host")
    published: dict[str, Any] = container.ports
    published[f"{port}/tcp"] = (HOST, port)  # with_bind_ports() takes no address
    return container


@cache
def _has_our_network() -> bool:
    """Say whether a container in the host's network is where we are: not in a machine or a user's space of Docker's."""
    client = DockerClient().client
    told: dict[str, Any] = client.info()
    is_apart = "Desktop" in told["OperatingSystem"] or any("rootless" in each for each in told["SecurityOptions"])
    return sys.platform == "linux" and client.api.base_url.startswith("http+docker:") and not is_apart


def _kafka_environment(port: int, controller: int) -> dict[str, str]:
    listen = HOST if _has_our_network() else ""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{controller}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"HOST://{listen}:{port},CONTROLLER://localhost:{controller}",
        "KAFKA_ADVERTISED_LISTENERS": f"HOST://{HOST}:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "HOST",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "12",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "12",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_HEAP_OPTS": "-Xms256m -Xmx512m",
        "KAFKA_JVM_PERFORMANCE_OPTS": "-server -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    }

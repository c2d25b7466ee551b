"""Fixtures for tests on real servers, and the count of them at the end of a run.

A test that uses one of these carries the marker `stack`. Which kind of server it gets is decided once a session, as
`make up` decides it (the variable STACK, else Docker where it works, else processes of this machine).
"""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pymongo import MongoClient

from devstack.selection import SERVER_IMAGES, Kind, chosen_kind
from tests.support.topics import create_topics, delete_topics

# How long an example takes depends on what else the machine does; pytest's own limit ends what hangs.
hypothesis_settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def stack_kind() -> Kind:
    """Say whether this session's servers are docker or local."""
    return chosen_kind(SERVER_IMAGES)


@pytest.fixture(scope="session")
def kafka_bootstrap(stack_kind: Kind) -> Iterator[str]:
    """Yield host:port of the session's broker; it creates no topic by itself."""
    if stack_kind == "docker":
        from tests.support.docker_servers import docker_kafka as kafka_server
    else:
        from tests.support.local_servers import local_kafka as kafka_server
    with kafka_server() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def mongo_uri(stack_kind: Kind) -> Iterator[str]:
    """Yield the URI, without a database, of the session's one-node replica set; it has no users."""
    if stack_kind == "docker":
        from tests.support.docker_servers import docker_mongo as mongo_server
    else:
        from tests.support.local_servers import local_mongo as mongo_server
    with mongo_server() as uri:
        yield uri


@pytest.fixture
def mongo_database(mongo_uri: str) -> Iterator[str]:
    """Yield the name of a database that no other test has; it is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    yield name
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_uri) as client:
        client.drop_database(name)


@pytest.fixture
def topic_prefix() -> str:
    """Return what goes before every topic and consumer group of this test."""
    return f"t{uuid.uuid4().hex[:12]}."


@pytest.fixture
def topics(kafka_bootstrap: str, topic_prefix: str) -> Iterator[str]:
    """Create all topics behind `topic_prefix`, yield that prefix, delete them afterwards."""
    create_topics(kafka_bootstrap, topic_prefix)
    yield topic_prefix
    asyncio.run(delete_topics(kafka_bootstrap, topic_prefix))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that share servers run in one process, where several share the work (`-n 2 --dist loadgroup`)."""
    for item in items:
        if item.get_closest_marker("stack"):
            whole = item.path.is_relative_to(item.config.rootpath / "tests")
            item.add_marker(pytest.mark.xdist_group("the whole" if whole else "services"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on which stack."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
    ]
    on_servers = sum("stack" in report.keywords for report in ran)
    end_to_end = sum("e2e" in report.keywords for report in ran)
    terminalreporter.write_line(f"{len(ran) - on_servers - end_to_end} tests without servers")
    if on_servers:
        terminalreporter.write_line(f"{on_servers} tests on stack {chosen_kind(SERVER_IMAGES)}")
    if end_to_end:
        terminalreporter.write_line(f"{end_to_end} end-to-end tests on stack {chosen_kind(SERVER_IMAGES)}")

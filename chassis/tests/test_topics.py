"""The topics tool on a real broker: creates what is missing, changes nothing, names every difference."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import UnknownTopicOrPartitionError

from devstack.ports import HOST, free_port
from tests.support.topics import delete_topics
from ticket_chassis.topics import TopicCreationFailed, TopicsDiffer, ensure_topics
from ticket_contracts.topics import DEAD_LETTER, EVENTS, TOPICS, VIEWS, Cleanup, Topic

stack = pytest.mark.stack


@pytest.fixture
async def prefix(kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[str]:
    """Yield a prefix behind which there is no topic yet; what a test makes there is deleted."""
    yield topic_prefix
    await delete_topics(kafka_bootstrap, topic_prefix)


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a client that looks at the broker by itself."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await client.start()
    yield client
    await client.close()


async def configuration(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    ((_code, _message, _kind, _name, entries),) = response.resources
    return {entry[0]: entry[1] for entry in entries}


@stack
async def test_every_topic_is_created_as_the_contracts_say(
    kafka_bootstrap: str, prefix: str, admin: AIOKafkaAdminClient
) -> None:
    made = await ensure_topics(kafka_bootstrap, prefix)
    assert made == sorted(prefix + topic.name for topic in TOPICS)
    for topic in TOPICS:
        actual = await configuration(admin, prefix + topic.name)
        assert topic.configs().items() <= actual.items()
        assert actual["min.insync.replicas"] == "1"
    described = await admin.describe_topics(made)
    assert {topic["topic"]: len(topic["partitions"]) for topic in described} == {
        prefix + topic.name: topic.partitions for topic in TOPICS
    }


@stack
async def test_a_second_run_changes_nothing(kafka_bootstrap: str, prefix: str, admin: AIOKafkaAdminClient) -> None:
    made = await ensure_topics(kafka_bootstrap, prefix)
    before = [await configuration(admin, name) for name in made]
    assert await ensure_topics(kafka_bootstrap, prefix) == []
    assert [await configuration(admin, name) for name in made] == before


@stack
async def test_a_run_makes_only_what_is_missing(kafka_bootstrap: str, prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix, topics=[EVENTS])
    made = await ensure_topics(kafka_bootstrap, prefix)
    assert made == sorted(prefix + topic.name for topic in TOPICS if topic is not EVENTS)


@stack
async def test_two_runs_at_once_both_succeed(kafka_bootstrap: str, prefix: str) -> None:
    one, other = await asyncio.gather(ensure_topics(kafka_bootstrap, prefix), ensure_topics(kafka_bootstrap, prefix))
    assert sorted(one + other) == sorted(prefix + topic.name for topic in TOPICS)


DIFFERENCES: list[tuple[Topic, dict[str, Any], str]] = [
    (EVENTS, {"partitions": 6}, "partitions is 6, the contracts say 12"),
    (EVENTS, {"retention_ms": 1000}, "retention.ms is 1000, the contracts say -1"),
    (DEAD_LETTER, {"retention_ms": -1}, "retention.ms is -1, the contracts say 2592000000"),
    (VIEWS, {"cleanup": Cleanup.DELETE}, "cleanup.policy is delete, the contracts say compact"),
    (EVENTS, {"max_message_bytes": 2048}, "max.message.bytes is 2048, the contracts say 1048576"),
    (VIEWS, {"timestamp_before_max_ms": 9}, "message.timestamp.before.max.ms is 9, the contracts say 10000"),
]


@stack
@pytest.mark.parametrize(("topic", "change", "named"), DIFFERENCES, ids=[named for _, _, named in DIFFERENCES])
async def test_a_difference_is_named_and_left_alone(
    kafka_bootstrap: str, prefix: str, topic: Topic, change: dict[str, Any], named: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix, topics=[topic.model_copy(update=change)])
    for _ in range(2):
        with pytest.raises(TopicsDiffer) as differs:
            await ensure_topics(kafka_bootstrap, prefix, topics=[topic])
        assert str(differs.value) == f"{prefix}{topic.name}: {named}"


@stack
async def test_another_number_of_replicas_in_sync_is_named(kafka_bootstrap: str, prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix, topics=[EVENTS])
    with pytest.raises(TopicsDiffer) as differs:
        await ensure_topics(kafka_bootstrap, prefix, min_insync_replicas=2, topics=[EVENTS])
    assert str(differs.value) == f"{prefix}{EVENTS.name}: min.insync.replicas is 1, the contracts say 2"


@stack
async def test_all_differences_are_named_at_once(kafka_bootstrap: str, prefix: str, admin: AIOKafkaAdminClient) -> None:
    await admin.create_topics([NewTopic(prefix + EVENTS.name, 1, 1), NewTopic(prefix + VIEWS.name, 12, 1)])
    with pytest.raises(TopicsDiffer) as differs:
        await ensure_topics(kafka_bootstrap, prefix, topics=[EVENTS, VIEWS])
    lines = str(differs.value).splitlines()
    assert any(line.startswith(f"{prefix}{EVENTS.name}: partitions is 1") for line in lines)
    assert any(line.startswith(f"{prefix}{EVENTS.name}: retention.ms is ") for line in lines)
    assert any(line.startswith(f"{prefix}{VIEWS.name}: cleanup.policy is delete") for line in lines)


@stack
async def test_what_the_broker_refuses_to_create_is_named(kafka_bootstrap: str, prefix: str) -> None:
    with pytest.raises(TopicCreationFailed, match=f"{prefix}{EVENTS.name}: InvalidReplicationFactorError"):
        await ensure_topics(kafka_bootstrap, prefix, replication_factor=3, topics=[EVENTS])


@stack
async def test_a_topic_that_the_broker_does_not_describe_is_no_difference(
    kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another broker of the cluster may not know of a topic that was created a moment ago.
    real = AIOKafkaAdminClient.describe_configs

    async def describe_too_early(client: AIOKafkaAdminClient, resources: list[ConfigResource]) -> Any:
        return await real(client, [ConfigResource(each.resource_type, f"{each.name}-absent") for each in resources])

    monkeypatch.setattr(AIOKafkaAdminClient, "describe_configs", describe_too_early)
    with pytest.raises(UnknownTopicOrPartitionError, match=f"{prefix}{EVENTS.name}-absent"):
        await ensure_topics(kafka_bootstrap, prefix, topics=[EVENTS])


async def run_tool(**environment: str) -> tuple[int | None, str, str]:
    """Run the tool as an operator does; return its code, output and complaints."""
    inherited = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ticket_chassis.topics", stdout=PIPE, stderr=PIPE, env=inherited | environment
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@stack
async def test_the_tool_says_what_it_did(kafka_bootstrap: str, prefix: str) -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap, "TOPIC_PREFIX": prefix}
    assert await run_tool(**environment) == (0, f"topics: {len(TOPICS)} made, all as the contracts say\n", "")
    assert await run_tool(**environment) == (0, "topics: 0 made, all as the contracts say\n", "")
    code, _, complaint = await run_tool(**environment, TOPIC_MIN_INSYNC_REPLICAS="2")
    assert code == 1
    assert complaint.count("min.insync.replicas is 1, the contracts say 2") == len(TOPICS)


async def test_the_tool_names_the_variables_that_it_needs() -> None:
    assert await run_tool(TOPIC_REPLICATION_FACTOR="none") == (
        2,
        "",
        "topics: set KAFKA_BOOTSTRAP_SERVERS, TOPIC_REPLICATION_FACTOR in the environment\n",
    )


async def test_the_tool_names_what_no_broker_would_take() -> None:
    wrong = {"TOPIC_PREFIX": "a b", "TOPIC_REPLICATION_FACTOR": "40000"}
    code, _, complaint = await run_tool(KAFKA_BOOTSTRAP_SERVERS=f"{HOST}:1", **wrong)
    assert (code, complaint) == (2, "topics: set TOPIC_PREFIX, TOPIC_REPLICATION_FACTOR in the environment\n")


async def test_the_tool_names_brokers_that_are_none() -> None:
    code, _, complaint = await run_tool(KAFKA_BOOTSTRAP_SERVERS="kafka:port")
    assert (code, complaint) == (2, "topics: set KAFKA_BOOTSTRAP_SERVERS in the environment\n")


async def test_the_tool_says_that_no_broker_answers() -> None:
    code, out, complaint = await run_tool(KAFKA_BOOTSTRAP_SERVERS=f"{HOST}:{free_port()}")
    assert (code, out) == (1, "")
    assert "KafkaConnectionError" in complaint.splitlines()[-1]

"""`python -m ticket_chassis.topics`: creates the contracts' topics and fails where those on the broker differ."""

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings

from ticket_chassis.settings import BootstrapServers, TopicPrefix, wrong_variables
from ticket_contracts.topics import TOPICS, Topic

TIME_LIMIT = 60.0
REQUEST_TIMEOUT_MS = 15_000


class TopicSettings(BaseSettings):
    """What the tool takes from the environment."""

    kafka_bootstrap_servers: BootstrapServers
    topic_prefix: TopicPrefix = ""
    topic_replication_factor: int = Field(default=1, ge=1, le=32_767)
    topic_min_insync_replicas: int = Field(default=1, ge=1, le=32_767)


class TopicsDiffer(Exception):
    """Existing topics are not what the contracts say; the message has a line for each difference."""


class TopicCreationFailed(Exception):
    """The broker did not create a topic; the message says why."""


async def ensure_topics(
    bootstrap_servers: str,
    prefix: str = "",
    replication_factor: int = 1,
    min_insync_replicas: int = 1,
    topics: Iterable[Topic] = TOPICS,
) -> list[str]:
    """Create what is missing, check what is there, and return the names of the topics made.

    Raises TopicsDiffer, TopicCreationFailed, KafkaError where no broker answers, TimeoutError after 60 s.
    """
    wanted = {prefix + topic.name: topic for topic in topics}
    async with asyncio.timeout(TIME_LIMIT):
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=REQUEST_TIMEOUT_MS)
        await admin.start()
        try:
            present = set(await admin.list_topics())
            missing = {name: topic for name, topic in wanted.items() if name not in present}
            made = await _create(admin, missing, replication_factor, min_insync_replicas)
            differences = await _differences(admin, wanted, min_insync_replicas)
        finally:
            await admin.close()
    if differences:
        raise TopicsDiffer("\n".join(differences))
    return sorted(made)


async def _create(
    admin: AIOKafkaAdminClient, missing: dict[str, Topic], replication_factor: int, min_insync_replicas: int
) -> list[str]:
    if not missing:
        return []
    extra = {"min.insync.replicas": str(min_insync_replicas)}
    response = await admin.create_topics(
        [
            NewTopic(name, topic.partitions, replication_factor, topic_configs=topic.configs() | extra)
            for name, topic in missing.items()
        ],
        timeout_ms=REQUEST_TIMEOUT_MS,
    )
    for name, code, *message in response.topic_errors:
        # Two services that deploy at once may both create: the check that follows judges the one there is.
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicCreationFailed(f"{name}: {for_code(code).__name__} {message[0] if message else ''}")
    return [name for name, code, *_ in response.topic_errors if code == 0]


async def _differences(admin: AIOKafkaAdminClient, wanted: dict[str, Topic], min_insync_replicas: int) -> list[str]:
    partitions = {t["topic"]: len(t["partitions"]) for t in await _described(admin, wanted)}
    found = [
        f"{name}: partitions is {partitions[name]}, the contracts say {topic.partitions}"
        for name, topic in wanted.items()
        if partitions[name] != topic.partitions
    ]
    responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted])
    for response in responses:
        for code, message, _kind, name, entries in response.resources:
            if code:
                raise for_code(code)(f"{name}: {message}")
            actual = {entry[0]: entry[1] for entry in entries}
            expected = wanted[name].configs() | {"min.insync.replicas": str(min_insync_replicas)}
            found += [
                f"{name}: {key} is {actual.get(key)}, the contracts say {value}"
                for key, value in expected.items()
                if actual.get(key) != value
            ]
    return found


async def _described(admin: AIOKafkaAdminClient, wanted: dict[str, Topic]) -> list[dict[str, Any]]:
    # A topic just created may take a moment to appear in the metadata.
    while True:
        described = await admin.describe_topics(list(wanted))
        if all(t["error_code"] == 0 and t["partitions"] for t in described):
            return list(described)
        await asyncio.sleep(0.1)


def main() -> int:
    """Run the tool; 0 when all topics are as they should be, 1 with the reasons on standard error otherwise."""
    try:
        settings = TopicSettings()
    except ValidationError as error:
        print(f"topics: set {wrong_variables(error)} in the environment", file=sys.stderr)  # noqa: T201
        return 2
    try:
        made = asyncio.run(
            ensure_topics(
                settings.kafka_bootstrap_servers,
                settings.topic_prefix,
                settings.topic_replication_factor,
                settings.topic_min_insync_replicas,
            )
        )
    except (TopicsDiffer, TopicCreationFailed, KafkaError, TimeoutError) as error:
        print(f"topics: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"topics: {len(made)} made, all as the contracts say")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

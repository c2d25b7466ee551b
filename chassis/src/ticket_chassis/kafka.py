"""Kafka clients with the defaults that lose nothing: every one of aiokafka's that would is set here."""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from ticket_chassis.settings import ServiceSettings
from ticket_contracts.topics import MIB, STATS, Topic

SESSION_TIMEOUT_MS = 30_000
HEARTBEAT_INTERVAL_MS = 3_000
REQUEST_TIMEOUT_MS = 10_000


def topic_name(topic: Topic, prefix: str) -> str:
    """Return the topic's name on the broker."""
    return prefix + topic.name


def create_producer(settings: ServiceSettings, **overrides: Any) -> AIOKafkaProducer:
    """Return a producer, not started: idempotent, acknowledged by all replicas in sync, without linger."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "client_id": f"{settings.topic_prefix}{settings.mongo_database}",
        "enable_idempotence": True,
        "acks": "all",
        "linger_ms": 0,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "max_request_size": STATS.max_message_bytes,
        "max_batch_size": MIB // 2,
    }
    return AIOKafkaProducer(**(options | overrides))


class LeavingConsumer(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka has no types
    """Gives its place in the group up when it is stopped in order, even one that is kept for it after a crash."""

    async def stop(self) -> None:
        """Leave the group and close."""
        # aiokafka (0.14) never lets a named member leave: its partitions would lie idle for the session time-out.
        if isinstance(self._coordinator, GroupCoordinator):
            self._coordinator._group_instance_id = None
        await super().stop()


def create_consumer(
    settings: ServiceSettings, *, group_id: str | None, instance: str | None = None, **overrides: Any
) -> AIOKafkaConsumer:
    """Return a consumer, not started: from the earliest offset, committed reads only, no commit by itself.

    Partition p of all its topics lands on one member (range assignment). `instance` names the member: one that comes
    back under its name after a crash has its partitions at once, where others wait for the end of a session of 30 s.
    No two may have one name at a time.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "client_id": f"{settings.topic_prefix}{settings.mongo_database}",
        "group_id": group_id,
        "group_instance_id": instance,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "session_timeout_ms": SESSION_TIMEOUT_MS,
        "heartbeat_interval_ms": HEARTBEAT_INTERVAL_MS,
        "request_timeout_ms": SESSION_TIMEOUT_MS + REQUEST_TIMEOUT_MS,
        "partition_assignment_strategy": (RangePartitionAssignor,),
    }
    return LeavingConsumer(**(options | overrides))

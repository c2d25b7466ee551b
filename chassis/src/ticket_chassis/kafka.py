"""Kafka clients with the defaults that lose nothing: every one of aiokafka's that would is set here."""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
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


def create_consumer(settings: ServiceSettings, *, group_id: str | None, **overrides: Any) -> AIOKafkaConsumer:
    """Return a consumer, not started: from the earliest offset, committed reads only, no commit by itself.

    Partition p of all its topics lands on one member (range assignment).
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "client_id": f"{settings.topic_prefix}{settings.mongo_database}",
        "group_id": group_id,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "session_timeout_ms": SESSION_TIMEOUT_MS,
        "heartbeat_interval_ms": HEARTBEAT_INTERVAL_MS,
        "request_timeout_ms": SESSION_TIMEOUT_MS + REQUEST_TIMEOUT_MS,
        "partition_assignment_strategy": (RangePartitionAssignor,),
    }
    return AIOKafkaConsumer(**(options | overrides))

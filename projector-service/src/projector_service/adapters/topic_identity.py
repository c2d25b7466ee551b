"""What a topic is known by: one that was deleted and made again has its name, its partitions, and another id.

aiokafka (0.14) asks for metadata in a version without topic ids; every broker since Kafka 2.8 knows the one here.
"""

from io import BytesIO
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import NodeNotReadyError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

_TAGS = ("tags", TaggedFields)


class _Uuid(AbstractType[UUID]):  # type: ignore[misc] # aiokafka ships no types
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


_PARTITION = (
    ("error_code", Int16),
    ("partition", Int32),
    ("leader", Int32),
    ("leader_epoch", Int32),
    ("replicas", CompactArray(Int32)),
    ("isr", CompactArray(Int32)),
    ("offline_replicas", CompactArray(Int32)),
    _TAGS,
)


class _Response(Response):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32), ("host", CompactString()), ("port", Int32), ("rack", CompactString()), _TAGS
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString()),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                ("partitions", CompactArray(*_PARTITION)),
                ("authorized_operations", Int32),
                _TAGS,
            ),
        ),
        ("authorized_operations", Int32),
        _TAGS,
    )


class _RequestStruct(RequestStruct):  # type: ignore[misc] # aiokafka ships no types
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", CompactString()), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("cluster_authorized_operations", Boolean),
        ("topic_authorized_operations", Boolean),
        _TAGS,
    )


class _Metadata(Request[_RequestStruct]):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 3

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def build(self, request_struct_class: type[_RequestStruct]) -> _RequestStruct:
        return request_struct_class([(UUID(int=0), self._topic, {})], False, False, False, {})


async def topic_id(consumer: AIOKafkaConsumer, topic: str) -> UUID:
    """Return a topic's id, asked over a started consumer; raises KafkaError, where there is no such topic too."""
    node = consumer._client.get_random_node()
    if node is None:
        raise NodeNotReadyError("no broker is known")
    answer: Any = await consumer._client.send(node, _Metadata(topic))
    ((error, _, found, *_),) = answer.topics
    if error:
        raise for_code(error)(topic)
    assert isinstance(found, UUID)  # noqa: S101 - as the schema says
    return found

"""A real producer whose records never reach the broker, as where its leader answers nothing: it tries for ever."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.produce import ProduceRequest


def never_delivering(producer: AIOKafkaProducer) -> AIOKafkaProducer:
    """Return it, so changed."""
    send = producer.client.send

    async def send_other_requests(node: int, request: Any, **more: Any) -> Any:
        if isinstance(request, ProduceRequest):
            raise RequestTimedOutError
        return await send(node, request, **more)

    producer.client.send = send_other_requests
    return producer

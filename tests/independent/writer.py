"""Run by the Python of one environment: writes messages as the producers of that environment's contracts do.

Reads JSON from standard input: the broker, and messages that some version of the contracts has published. Each is read
by the models here and written anew by them, in its newest version that they know. Prints as JSON which were written: a
version newer than these contracts is none that these producers write.
"""

import asyncio
import json
import sys
from importlib import import_module
from typing import Any

from aiokafka import AIOKafkaProducer

from ticket_contracts.envelope import decode_envelope
from ticket_contracts.upcasting import UnknownEventType

LIMIT = 60.0


def written(message: dict[str, Any]) -> bytes | None:
    """Return the bytes that a producer writes for it; None for what this version cannot know."""
    if message["module"] != "envelope":
        model = getattr(import_module(f"ticket_contracts.{message['module']}"), message["model"])
        text: str = model.model_validate_json(message["value"]).model_dump_json()
        return text.encode()
    envelope = decode_envelope(message["value"].encode())
    try:
        event = envelope.event()
    except UnknownEventType:
        return None
    data = event.model_dump(mode="json")
    return envelope.model_copy(update={"type": event.TYPE, "data": data}).encode()


async def send(bootstrap: str, messages: list[dict[str, Any]]) -> list[bool]:
    """Write the messages in order; return for each whether it was written."""
    done = []
    async with asyncio.timeout(LIMIT), AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for message in messages:
            value = written(message)
            done.append(value is not None)
            if value is not None:
                await producer.send_and_wait(
                    message["topic"],
                    value,
                    key=message["key"].encode(),
                    partition=message["partition"],
                    headers=[(name, text.encode()) for name, text in message["headers"]],
                )
    return done


if __name__ == "__main__":
    order = json.load(sys.stdin)
    json.dump(asyncio.run(send(order["bootstrap"], order["messages"])), sys.stdout)

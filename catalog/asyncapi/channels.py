"""Topics as AsyncAPI's channels, and what lies on them as its messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.asyncapi.examples import examples_of
from catalog.asyncapi.schemas import Schemas
from catalog.traffic import ROOT
from gate import layout
from gate.models import documents_of
from ticket_contracts.envelope import CONTENT_TYPE
from ticket_contracts.generations import GENERATION_TOPICS, of_generation
from ticket_contracts.topics import EVENTS, Topic

Json = dict[str, Any]

BINDING = "0.5.0"
"""Version of AsyncAPI's Kafka bindings."""


def channel(topic: Topic, messages: list[str]) -> Json:
    """Return the channel of a topic that holds these messages."""
    description = f"Owned by {topic.owner}. Key: {topic.key}. Partition: {topic.layout}."
    if topic in GENERATION_TOPICS:
        description += f" The second generation is on {of_generation(topic, 2).name}, and so on."
    configuration: Json = {"cleanup.policy": [topic.cleanup.value], "max.message.bytes": topic.max_message_bytes}
    if topic.retention_ms is not None:
        configuration["retention.ms"] = topic.retention_ms
    return {
        "address": topic.name,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": BINDING,
            }
        },
    }


def messages(topic: Topic, schemas: Schemas) -> dict[str, Json]:
    """Return all messages of a topic by name, every published version of each; their schemas go to `schemas`."""
    if topic == EVENTS:
        return dict(_enveloped(topic, schemas))
    documents = {name: _document(topic, name, schemas) for name in documents_of(topic)}
    return documents or {"AsReceived": _bytes(topic)}


def _enveloped(topic: Topic, schemas: Schemas) -> Iterator[tuple[str, Json]]:
    envelope = schemas.add(ROOT / layout.ENVELOPE)
    for directory, kind in ((layout.EVENTS, "events"), (layout.CONTROL, "control")):
        for path in sorted((ROOT / directory).glob("*.json")):
            data = schemas.add(path)
            component = schemas.components[path.stem]
            required = ["type", "data", *(["ticketversion"] if kind == "events" else [])]
            special = {"type": {"const": component["x-type"]}, "data": data}
            payload = {"allOf": [envelope, {"type": "object", "required": required, "properties": special}]}
            samples = ROOT / layout.SAMPLES / kind / path.stem
            yield (
                path.stem,
                _message(topic, component["x-type"], component, payload, samples)
                | {
                    "headers": {
                        "type": "object",
                        "required": ["content-type"],
                        "properties": {"content-type": {"type": "string", "const": CONTENT_TYPE}},
                    },
                },
            )


def _document(topic: Topic, name: str, schemas: Schemas) -> Json:
    payload = schemas.add(ROOT / layout.DOCUMENTS / f"{name}.json")
    samples = ROOT / layout.SAMPLES / "documents" / name
    return _message(topic, name, schemas.components[name], payload, samples)


def _message(topic: Topic, name: str, schema: Json, payload: Json, samples: Path) -> Json:
    found = examples_of(samples)
    return {
        "name": name,
        "title": samples.name,
        "summary": schema.get("description", "").partition("\n")[0],
        "contentType": CONTENT_TYPE if topic == EVENTS else "application/json",
        "payload": payload,
        "bindings": _key(topic),
        **({"examples": found} if found else {}),
    }


def _bytes(topic: Topic) -> Json:
    return {
        "name": "AsReceived",
        "title": "AsReceived",
        "summary": topic.message[0].upper() + topic.message[1:],
        "contentType": "application/octet-stream",
        "bindings": _key(topic),
    }


def _key(topic: Topic) -> Json:
    return {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": BINDING}}

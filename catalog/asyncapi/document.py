"""A service's AsyncAPI document, put together."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from catalog.asyncapi.channels import channel, messages
from catalog.asyncapi.schemas import Schemas
from catalog.traffic import ROOT, Traffic
from ticket_contracts.control import REQUEST_BY_TYPE
from ticket_contracts.events import EVENT_BY_TYPE
from ticket_contracts.topics import EVENTS, TOPICS, Topic

Json = dict[str, Any]

COMMAND = "make asyncapi"
DIRECTORY = ROOT / "docs" / "asyncapi"

_SERVERS = {
    "development": {
        "host": "127.0.0.1:9092",
        "protocol": "kafka",
        "description": "The broker of `make up`",
    }
}


def documents(traffic: tuple[Traffic, ...]) -> Mapping[Path, str]:
    """Return the text of every service's document by its path."""
    return {DIRECTORY / f"{each.service}.yaml": _text(document(each)) for each in traffic}


def document(traffic: Traffic) -> Json:
    """Return the AsyncAPI document of one service."""
    schemas = Schemas()
    used = [topic for topic in TOPICS if topic in traffic.sends or traffic.receives_from(topic)]
    by_topic = {topic.name: messages(topic, schemas) for topic in used}
    return {
        "asyncapi": "3.1.0",
        "info": _info(traffic.service),
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {topic.name: channel(topic, list(by_topic[topic.name])) for topic in used},
        "operations": {
            f"{action}.{topic.name}": _operation(action, topic, names)
            for topic in used
            for action, names in (
                ("send", _sent(traffic, topic, by_topic[topic.name])),
                ("receive", _received(traffic, topic, by_topic[topic.name])),
            )
            if names
        },
        "components": {
            "messages": {name: message for found in by_topic.values() for name, message in found.items()},
            "schemas": dict(sorted(schemas.components.items())),
        },
    }


def _info(service: str) -> Json:
    own, contracts = _project(service), _project("contracts")
    return {
        "title": f"{service} over Kafka",
        "version": own["version"],
        "description": f"{own['description']}. With version {contracts['version']} of the contracts.",
        "license": {"name": own["license"]},
    }


def _project(package: str) -> Json:
    project: Json = tomllib.loads((ROOT / package / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _sent(traffic: Traffic, topic: Topic, known: Mapping[str, Json]) -> list[str]:
    """Return the messages that the service writes: the newest version of events, or operators' requests."""
    if topic not in traffic.sends:
        return []
    if topic != EVENTS:
        return list(known)
    written = EVENT_BY_TYPE if topic.owner == traffic.service else REQUEST_BY_TYPE
    return [name for name, message in known.items() if message["name"] in written]


def _received(traffic: Traffic, topic: Topic, known: Mapping[str, Json]) -> list[str]:
    """Return the messages that the service takes: every version there ever was, of requests those that it reads."""
    if not traffic.receives_from(topic):
        return []
    read = {part.model for part in traffic.receives[topic.name]}
    skipped = {kind for kind, model in REQUEST_BY_TYPE.items() if model not in read}
    return [name for name, message in known.items() if message["name"] not in skipped]


def _operation(action: str, topic: Topic, names: list[str]) -> Json:
    at = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": at},
        "messages": [{"$ref": f"{at}/messages/{name}"} for name in names],
    }


def _text(content: Json) -> str:
    head = f"# Made from the code and the contracts by `{COMMAND}`; do not edit.\n"
    return head + yaml.dump(content, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True, width=110)


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, _: Any) -> bool:
        return True

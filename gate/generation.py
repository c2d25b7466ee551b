"""JSON Schema 2020-12 of every contract model, in one stable form.

A schema says what readers accept (pydantic's validation mode): every message that a producer's models can write is in
it, and any member that it does not name is ignored by readers.
"""

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from gate import layout
from gate.models import DOCUMENT_MODELS, documents_of
from ticket_contracts.control import REQUEST_BY_TYPE
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import EVENT_BY_TYPE
from ticket_contracts.topics import EVENTS, TOPICS, Topic
from ticket_contracts.upcasters import UPCASTERS
from ticket_contracts.views import ViewRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE_URI = "https://tickets.example"
"""Only a name: .example is reserved for documentation (RFC 2606), nothing is fetched."""

Schema = dict[str, Any]


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out titles that only repeat a member's name."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def schema_files() -> dict[str, str]:
    """Return the text of every generated file by its path: all schemas of present models, and the topics."""
    schemas = {layout.ENVELOPE: schema_of(Envelope)}
    for event_type, event in EVENT_BY_TYPE.items():
        schemas[layout.event_path(event_type)] = schema_of(event, event_type)
    for control_type, request in REQUEST_BY_TYPE.items():
        version = control_type.rpartition(".")[2]
        schemas[f"{layout.CONTROL}/{request.__name__}.{version}.json"] = schema_of(request, control_type)
    tag = _tag_of_views()
    for name, model in DOCUMENT_MODELS.items():
        schema = schemas[f"{layout.DOCUMENTS}/{name}.json"] = schema_of(model)
        if name in tag:
            schema["required"] = sorted({*schema["required"], tag[name]})
    files = {path: pretty({"$id": f"{BASE_URI}/{path}"} | schema) for path, schema in schemas.items()}
    return files | {layout.TOPICS: pretty({topic.name: topic_of(topic) for topic in TOPICS})}


def schema_of(model: type[BaseModel], type_name: str | None = None) -> Schema:
    """Return the model's schema; `type_name` is the CloudEvents type that it travels under, if it has one."""
    head = {"$schema": DIALECT} | ({"x-type": type_name} if type_name else {})
    return _sorted_required(head | model.model_json_schema(schema_generator=_WithoutTitles))


def topic_of(topic: Topic) -> Schema:
    """Return what topics.json says of a topic: all of its definition but the name, and what its messages are."""
    definition = topic.model_dump(mode="json", exclude={"name", "message"})
    if topic == EVENTS:
        return definition | {
            "messages": [layout.ENVELOPE],
            "types": sorted([*EVENT_BY_TYPE, *UPCASTERS, *REQUEST_BY_TYPE]),
        }
    return definition | {"messages": [f"{layout.DOCUMENTS}/{name}.json" for name in documents_of(topic)]}


def pretty(document: Schema) -> str:
    """Return the one form that files have: sorted keys, two blanks, a newline at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _tag_of_views() -> dict[str, str]:
    # A union is told apart by its tag, which must be there although the member alone has a default for it.
    union = TypeAdapter(ViewRecord).json_schema()
    tag = union["discriminator"]["propertyName"]
    return {reference["$ref"].rpartition("/")[2]: tag for reference in union["oneOf"]}


def _sorted_required(schema: Schema) -> Schema:
    return {
        key: sorted(value) if key == "required" and isinstance(value, list) else _sorted_within(value)
        for key, value in schema.items()
    }


def _sorted_within(node: Any) -> Any:
    if isinstance(node, list):
        return [_sorted_within(item) for item in node]
    return _sorted_required(node) if isinstance(node, dict) else node

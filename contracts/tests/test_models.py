"""Every field of every contract says what it means and how large it may get; every contract is frozen."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import ticket_contracts
from ticket_contracts.events import TicketStatusChanged
from ticket_contracts.fields import Status, WaitingReason
from ticket_contracts.model import Contract

JsonSchema = dict[str, Any]

for found in pkgutil.iter_modules(ticket_contracts.__path__):
    importlib.import_module(f"ticket_contracts.{found.name}")


def descendants(model: type[Contract]) -> Iterator[type[Contract]]:
    for child in model.__subclasses__():
        yield child
        yield from descendants(child)


MODELS = sorted(
    {model for model in descendants(Contract) if model.__module__.startswith("ticket_contracts.")},
    key=lambda model: model.__name__,
)


def fields(model: type[Contract]) -> list[tuple[str, JsonSchema]]:
    """Return the model's own fields by name, each with its JSON schema, references resolved."""
    schema = TypeAdapter(model).json_schema()
    definitions = schema.get("$defs", {})
    return (
        [(name, resolved(field, definitions)) for name, field in schema["properties"].items()]
        if ("properties" in schema)
        else []
    )


def resolved(schema: Any, definitions: JsonSchema) -> Any:
    if isinstance(schema, list):
        return [resolved(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = resolved(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
        return {name: value for name, value in target.items() if name != "description"} | {
            name: value for name, value in schema.items() if name != "$ref"
        }
    return {name: resolved(value, definitions) for name, value in schema.items()}


def described(field: JsonSchema) -> bool:
    """True if the field, or what it is when it is not null, has a description."""
    return "description" in field or any("description" in branch for branch in field.get("anyOf", []))


def limited(schema: JsonSchema) -> bool:
    """True if no legal value of this schema can grow without bound."""
    if branches := schema.get("anyOf", schema.get("oneOf")):
        return all(limited(branch) for branch in branches)
    if "const" in schema or "enum" in schema:
        return True
    match schema["type"]:
        case "null" | "boolean":
            return True
        case "integer":
            return "minimum" in schema and bool({"maximum", "exclusiveMaximum"} & schema.keys())
        case "string":
            return "maxLength" in schema or schema.get("format") in {"date", "date-time"} or "pattern" in schema
        case "array":
            return "maxItems" in schema and limited(schema["items"])
        case "object" if "properties" in schema:
            return all(limited(field) for field in schema["properties"].values())
        case "object":
            return "maxProperties" in schema or (
                limited(schema["propertyNames"]) and limited(schema["additionalProperties"])
            )
        case other:
            raise AssertionError(f"no rule for {other}")


FIELDS = [pytest.param(field, id=f"{model.__name__}.{name}") for model in MODELS for name, field in fields(model)]


def test_the_walk_sees_the_models() -> None:
    assert {"Envelope", "TicketView", "HistoryEntry", "StatsRecord", "Watermark", "TextKey", "Topic"} <= {
        model.__name__ for model in MODELS
    }
    assert len(FIELDS) > 100


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_says_what_it_means(field: JsonSchema) -> None:
    assert described(field)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_a_limit(field: JsonSchema) -> None:
    assert limited(field)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_frozen_says_what_it_is_and_ignores_what_is_new(model: type[Contract]) -> None:
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "ignore"
    assert model.__doc__


def test_a_frozen_model_refuses_a_change() -> None:
    event = TicketStatusChanged(status=Status.OPEN)
    with pytest.raises(ValidationError, match="frozen"):
        event.status = Status.TRIAGED  # type: ignore[misc] # this is what must not work


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_a_status_with_an_event_of_its_own_is_no_status_change(status: Status) -> None:
    with pytest.raises(ValidationError, match="event of its own"):
        TicketStatusChanged(status=status)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.WAITING, None), (Status.OPEN, WaitingReason.VENDOR), (Status.TRIAGED, WaitingReason.PROBLEM)],
)
def test_a_reason_goes_with_waiting_and_only_with_it(status: Status, reason: WaitingReason | None) -> None:
    with pytest.raises(ValidationError, match="goes with waiting"):
        TicketStatusChanged(status=status, waiting_reason=reason)

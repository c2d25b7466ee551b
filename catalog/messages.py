"""What lies on a topic: the contract models of its messages, what is inside of them, and what decodes their bytes."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from ticket_contracts import control, envelope, events, generations, stats, text, timeline, views, watermarks
from ticket_contracts.topics import Topic

Model = type[BaseModel]

_MODULES = (control, envelope, events, generations, stats, text, timeline, views, watermarks)


def models_of(topic: Topic) -> tuple[Model, ...]:
    """Return the models that a topic's definition names, with what an envelope carries; none for received bytes."""
    named = [model for name in topic.message.split(" | ") for model in _by_name(name)]
    carried = (*events.EVENTS, *control.REQUEST_BY_TYPE.values()) if envelope.Envelope in named else ()
    return (*named, *carried)


def with_parts(models: tuple[Model, ...]) -> tuple[Model, ...]:
    """Return the models and all that their fields are made of, each once, in the order met."""
    met: dict[Model, None] = {}
    for model in models:
        _meet(model, met)
    return tuple(met)


def decoders_of(topic: Topic) -> frozenset[str]:
    """Return the full names of what makes a message of the topic's bytes."""
    models = models_of(topic)
    if envelope.Envelope in models:
        return frozenset({_full_name(envelope.decode_envelope)})
    named = {f"{_full_name(model)}.model_validate_json" for model in models}
    modules = {model.__module__ for model in models}
    return frozenset(named.union(*(_adapters(module) for module in modules)))


def fields_behind(model: Model, attribute: str) -> frozenset[str]:
    """Return the fields that an attribute reads: itself, or those that a property is made of."""
    if attribute in model.model_fields:
        return frozenset({attribute})
    made = inspect.getattr_static(model, attribute, None)
    if not isinstance(made, property) or made.fget is None:
        return frozenset()
    tree = ast.parse(textwrap.dedent(inspect.getsource(made.fget)))
    read = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    return frozenset(read & set(model.model_fields))


def full_names(model: Model) -> frozenset[str]:
    """Return the full names of a model and of the models it is built on."""
    return frozenset(_full_name(each) for each in model.__mro__ if issubclass(each, BaseModel))


def _by_name(name: str) -> list[Model]:
    return [model for module in _MODULES if isinstance(model := vars(module).get(name), type)][:1]


def _meet(model: Model, met: dict[Model, None]) -> None:
    if model in met:
        return
    met[model] = None
    for info in model.model_fields.values():
        for inner in _models_in(info.annotation):
            _meet(inner, met)


def _models_in(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _adapters(module: str) -> set[str]:
    found = vars(import_module(module)).items()
    return {f"{module}.{name}.validate_json" for name, value in found if isinstance(value, TypeAdapter)}


def _full_name(item: Any) -> str:
    return f"{item.__module__}.{item.__qualname__}"

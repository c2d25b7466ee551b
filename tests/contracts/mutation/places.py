"""Fields of a model and of all models inside of it, as places in its core schema; and where a message has them."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Core = dict[str, Any]
Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """One field: the steps to its model's fields in the core schema, its name, what makes an object that model."""

    steps: Steps
    model: str
    name: str
    required: frozenset[str]

    def fields(self, core: Core) -> dict[str, Core]:
        """Return the fields of the model, to be changed in place."""
        found: dict[str, Core] = at(core, self.steps)
        return found

    def objects(self, message: Any) -> Iterator[dict[str, Any]]:
        """Yield the objects in a message that are of the model, as far as their members tell."""
        if isinstance(message, dict):
            if message.keys() >= self.required:
                yield message
            for inner in message.values():
                yield from self.objects(inner)
        elif isinstance(message, list):
            for inner in message:
                yield from self.objects(inner)


def at(core: Any, steps: Steps) -> Any:
    """Return what lies at the end of the steps."""
    for step in steps:
        core = core[step]
    return core


def copy(core: Core) -> Core:
    """Return a core schema that can be changed without touching the model."""
    return deepcopy(core)


def places(core: Core) -> list[Place]:
    """Return every field of the model and of the models in it, once."""
    found: dict[tuple[str, str], Place] = {}
    for steps, node in _nodes(core, ()):
        if node.get("type") == "model-fields":
            required = frozenset(n for n, field in node["fields"].items() if field["schema"]["type"] != "default")
            for name in node["fields"]:
                place = Place((*steps, "fields"), node["model_name"], name, required)
                found.setdefault((place.model, name), place)
    return list(found.values())


def leaves(schema: Core) -> Iterator[tuple[Steps, Core]]:
    """Yield the schemas of which a field's own is made: of its members, items, keys and values, but not of models."""
    for steps, node in _nodes(schema, (), into_models=False):
        if "type" in node:
            yield steps, node


def _nodes(node: Any, steps: Steps, *, into_models: bool = True) -> Iterator[tuple[Steps, Core]]:
    if isinstance(node, dict):
        yield steps, node
        if node.get("type") == "model" and not into_models:
            return
        for key, inner in node.items():
            if key not in ("metadata", "serialization", "config", "default", "members", "expected"):
                yield from _nodes(inner, (*steps, key), into_models=into_models)
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _nodes(inner, (*steps, number), into_models=into_models)

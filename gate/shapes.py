"""What a schema lets through, as a list of plain shapes: each of one JSON type, together all that it allows.

`anyOf`, `oneOf`, lists of types, enumerations and `const` become shapes here, so that a comparison sees one form only.
"""

import re
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from gate.nodes import Node, Schema, Unjudgeable

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

KEYWORDS = {
    "boolean": frozenset[str](),
    "null": frozenset[str](),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset(
        {"properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"}
    ),
}
EVERY_KEYWORD = frozenset[str]().union(*KEYWORDS.values())

INFINITY = float("inf")


@dataclass(frozen=True, eq=False)
class Shape:
    """Values of one JSON type. `values`: these alone, else all that `node` allows."""

    type: str
    node: Node
    values: tuple[Any, ...] | None = None

    @property
    def limits(self) -> Schema:
        """The keywords that bind values of this type."""
        return {key: value for key, value in self.node.limits.items() if key in KEYWORDS[self.type]}

    @property
    def required(self) -> frozenset[str]:
        """Members that an object has in any case."""
        return frozenset(self.node.schema.get("required", ()))

    def members(self) -> dict[str, Node]:
        """Return the members that an object may have, by name."""
        return {name: self.node.child(schema) for name, schema in self.node.schema.get("properties", {}).items()}

    @property
    def closed(self) -> bool:
        """True where a reader refuses members that are not named, instead of ignoring them."""
        return self.node.schema.get("additionalProperties") is False

    def others(self) -> Node | None:
        """Return what members that are not named look like; None where a writer has none."""
        schema = self.node.schema.get("additionalProperties")
        return None if schema is None or schema is False else self.node.child(schema)

    def holds(self, value: Any) -> bool:
        """Say whether the shape lets a string, number, boolean or null through that is of its type."""
        if self.values is not None:
            return any(same_value(value, known) for known in self.values)
        limits = self.limits
        if isinstance(value, str):
            pattern = limits.get("pattern")
            fits = limits.get("minLength", 0) <= len(value) <= limits.get("maxLength", INFINITY)
            return fits and "format" not in limits and (pattern is None or re.search(pattern, value) is not None)
        if isinstance(value, bool) or value is None:
            return True
        low, high = bounds(limits)
        return low <= (value, 0) <= high and value % limits.get("multipleOf", value or 1) == 0


def same_value(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def bounds(limits: Schema) -> tuple[tuple[float, int], tuple[float, int]]:
    """Return the lowest and the highest number as (number, -1, 0 or 1 where it lies just below, at or above it)."""
    low = max((limits.get("minimum", -INFINITY), 0), (limits.get("exclusiveMinimum", -INFINITY), 1))
    high = min((limits.get("maximum", INFINITY), 0), (limits.get("exclusiveMaximum", INFINITY), -1))
    return low, high


def shapes_of(node: Node) -> list[Shape]:
    """Return all that `node` lets through; raises Unjudgeable where it says what no rule here reads."""
    limits = node.limits
    for key in ("anyOf", "oneOf"):
        if key in limits:
            if limits.keys() - {key}:
                raise Unjudgeable(f"{key} beside {', '.join(sorted(limits.keys() - {key}))}")
            found = [shape for part in limits[key] for shape in shapes_of(_tagged(node, node.child(part)))]
            if key == "oneOf":
                _check_disjoint(found)
            return found
    if unknown := limits.keys() - EVERY_KEYWORD - {"type", "enum", "const"}:
        raise Unjudgeable(", ".join(sorted(unknown)))
    types = limits.get("type", TYPES)
    types = [types] if isinstance(types, str) else list(types)
    if "const" in limits or "enum" in limits:
        return _of_values(node, types, [limits["const"]] if "const" in limits else limits["enum"])
    if "integer" in types and "number" in types:
        types.remove("integer")
    return [Shape(name, node) for name in types]


def type_of(value: Any) -> str:
    """Return the JSON type of a value, integer where it is a whole number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if value == int(value) else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _tagged(union: Node, member: Node) -> Node:
    # A reader that picks by a tag needs it, although the member alone may have a default for it.
    tag = union.schema.get("discriminator", {}).get("propertyName")
    if tag is None:
        return member
    required = sorted({*member.schema.get("required", ()), tag})
    return Node({**member.schema, "required": required}, member.definitions)


def _of_values(node: Node, types: list[str], values: list[Any]) -> list[Shape]:
    if node.limits.keys() - {"type", "enum", "const"}:
        raise Unjudgeable("enum or const beside other limits")
    allowed: dict[str, list[Any]] = {}
    for value in values:
        name = type_of(value)
        if name in ("array", "object"):
            raise Unjudgeable("a list or an object as a value of enum or const")
        if name in types or (name == "integer" and "number" in types):
            allowed.setdefault(name, []).append(value)
    return [Shape(name, node, tuple(found)) for name, found in allowed.items()]


def finite_values(node: Node) -> list[Any] | None:
    """Return all values that `node` lets through where they can be counted, else None."""
    found: list[Any] = []
    try:
        shapes = shapes_of(node)
    except Unjudgeable:
        return None
    for shape in shapes:
        if shape.type == "null":
            found.append(None)
        elif shape.values is not None:
            found.extend(shape.values)
        elif shape.type == "boolean":
            found.extend([False, True])
        else:
            return None
    return found


def _check_disjoint(shapes: list[Shape]) -> None:
    # oneOf refuses what two of its members let through; read as anyOf, it must have no such thing.
    for one, other in combinations(shapes, 2):
        if one.type == other.type and not (tags_of(one) and told_apart(one, other)):
            raise Unjudgeable("oneOf of which no required constant tells the members apart")


def tags_of(shape: Shape) -> dict[str, list[Any]]:
    """Return the members by which an object may be told from others: required, with values that can be counted."""
    if shape.type != "object":
        return {}
    members = {name: finite_values(node) for name, node in shape.members().items() if name in shape.required}
    return {name: values for name, values in members.items() if values}


def told_apart(one: Shape, other: Shape) -> bool:
    """Say whether some tag of both shows which of the two an object is."""
    mine, theirs = tags_of(one), tags_of(other)
    return any(
        not any(same_value(value, known) for value in mine[name] for known in theirs[name])
        for name in mine.keys() & theirs.keys()
    )

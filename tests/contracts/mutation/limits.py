"""Mutations of what a field's value may be: other types, and each limit narrower and wider, wherever it stands."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.contracts.mutation.places import Core, Steps, at, copy, leaves

Change = Callable[[Core], Core]
"""Makes of a field's core schema another one; what it is given is its own to change."""

Named = tuple[str, str, Change]

OTHER_TYPES: dict[str, Core] = {
    "str": {"type": "str"},
    "int": {"type": "int"},
    "float": {"type": "float"},
    "bool": {"type": "bool"},
    "list": {"type": "list", "items_schema": {"type": "str"}},
    "dict": {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": {"type": "any"}},
}

LIMITS = {
    "str": (("min_length", 1), ("max_length", -1)),
    "int": (("ge", 1), ("le", -1), ("gt", 1), ("lt", -1)),
    "list": (("min_length", 1), ("max_length", -1)),
    "tuple": (("min_length", 1), ("max_length", -1)),
    "dict": (("min_length", 1), ("max_length", -1)),
}
"""Limits by type, each with the direction in which it becomes narrower."""

FRESH = {"min_length": 2, "max_length": 3, "ge": 2, "le": 1}
"""Limits where there were none; what they refuse is among the real messages or the candidates."""

LARGE = 1000
"""Limits from here on are moved by half, others by one."""

NEW_WORD = "brand_new"

LONGER_THAN_A_UUID = 37
"""A pattern implies a length: one that it implies already would be no narrower."""


def retypes(schema: Core) -> Iterator[Named]:
    """Yield the field with each of the other types in place of its own."""
    own = {node["type"] for _, node in leaves(schema)}
    for name, other in OTHER_TYPES.items():
        if name not in own:
            yield "retype", name, _in_place_of_all(other)


def limit_changes(schema: Core) -> Iterator[Named]:
    """Yield the field with each limit moved, dropped or added, each value gone or come, null allowed or not."""
    for steps, node in leaves(schema):
        for kind, detail, changed in _of_node(node):
            yield kind, f"{detail} of {node['type']} {_shown(steps)}".strip(), _put(steps, changed)
    if not any(node["type"] == "nullable" for _, node in leaves(schema)):
        yield "widen", "null", _in_default(lambda inner: {"type": "nullable", "schema": inner})


def _of_node(node: Core) -> Iterator[tuple[str, str, Core]]:
    for limit, narrower in LIMITS.get(node["type"], ()):
        yield from _limit(node, limit, narrower)
    yield from BY_TYPE.get(node["type"], _nothing)(node)


def _limit(node: Core, limit: str, narrower: int) -> Iterator[tuple[str, str, Core]]:
    if limit in node:
        edge = node[limit]
        step = narrower if abs(edge) < LARGE or limit in ("ge", "gt") else narrower * (edge // 2)
        yield "narrow", limit, {**node, limit: edge + step}
        if edge > step or not limit.endswith("_length"):
            yield "widen", limit, {**node, limit: edge - step}
        yield "widen", f"no {limit}", {key: value for key, value in node.items() if key != limit}
    elif limit in FRESH and not {"gt", "lt"} & node.keys():
        fresh = LONGER_THAN_A_UUID if limit == "min_length" and "pattern" in node else FRESH[limit]
        yield "narrow", f"new {limit}", {**node, limit: fresh}


def _nullable(node: Core) -> Iterator[tuple[str, str, Core]]:
    yield "narrow", "no null", node["schema"]


def _enum(node: Core) -> Iterator[tuple[str, str, Core]]:
    members = node["members"]
    for gone in members:
        yield "narrow", f"without {gone}", {"type": "literal", "expected": [m for m in members if m is not gone]}
    more = {"type": "union", "choices": [node, {"type": "literal", "expected": [NEW_WORD]}]}
    yield "widen", "one more value", more


def _literal(node: Core) -> Iterator[tuple[str, str, Core]]:
    yield "retype", "another value", {**node, "expected": [NEW_WORD]}
    yield "widen", "one more value", {**node, "expected": [*node["expected"], NEW_WORD]}


def _union(node: Core) -> Iterator[tuple[str, str, Core]]:
    choices = node["choices"]
    for number, gone in enumerate(choices):
        yield "narrow", f"without choice {number}", {**node, "choices": [c for c in choices if c is not gone]}
    yield "widen", "one more type", {**node, "choices": [*choices, {"type": "int"}]}


def _int(node: Core) -> Iterator[tuple[str, str, Core]]:
    yield "widen", "to float", {**node, "type": "float"}


def _pattern(node: Core) -> Iterator[tuple[str, str, Core]]:
    if "pattern" in node:
        yield "widen", "no pattern", {key: value for key, value in node.items() if key != "pattern"}
        yield "narrow", "another pattern", {**node, "pattern": "^[0-8a-f-]*$"}
    else:
        yield "narrow", "new pattern", {**node, "pattern": "^[a-m]*$"}


def _nothing(_: Core) -> Iterator[tuple[str, str, Core]]:
    return iter(())


BY_TYPE = {"str": _pattern, "nullable": _nullable, "enum": _enum, "literal": _literal, "union": _union, "int": _int}


def _put(steps: Steps, changed: Core) -> Change:
    def change(schema: Core) -> Core:
        if not steps:
            return changed
        result = copy(schema)
        at(result, steps[:-1])[steps[-1]] = changed
        return result

    return change


def _in_place_of_all(other: Core) -> Change:
    return _in_default(lambda _: other)


def _in_default(change: Callable[[Core], Core]) -> Change:
    def changed(schema: Core) -> Core:
        if schema["type"] == "default":
            return {**schema, "schema": change(schema["schema"])}
        return change(schema)

    return changed


def _shown(steps: Steps) -> str:
    named: list[Any] = [step for step in steps if step in ("keys_schema", "values_schema", "items_schema")]
    return " ".join(step.removesuffix("_schema") for step in named)

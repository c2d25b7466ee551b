"""Changes that no reader refuses and that every reader gets wrong: units, meanings, rules and defaults."""

import json
from typing import Any

from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Change, Kind
from gate.nodes import Node
from ticket_contracts.model import RULES


def marker_changes(old: Node, new: Node, path: str) -> list[Change]:
    """Return the changes of `x-…` and other keywords of meaning at this place."""
    found = _rules(old.markers.get(RULES, []), new.markers.get(RULES, []), path)
    for name in sorted((old.markers.keys() | new.markers.keys()) - {RULES}):
        before, after = old.markers.get(name), new.markers.get(name)
        if before is None:
            found.append(Change(path, f"{name} says now: {_text(after)}", Kind.ADDED, NOBODY))
        elif before != after:
            what = f"{name} {_text(before)} -> {_text(after) if after is not None else 'nothing'}"
            found.append(Change(path, what, Kind.MEANING, BOTH, limits=False))
    return found


def _rules(before: list[str], after: list[str], path: str) -> list[Change]:
    gone, come = [rule for rule in before if rule not in after], [rule for rule in after if rule not in before]
    return [
        *(Change(path, f"rule given up: {rule}", Kind.WIDENED, OLD_READERS, limits=False) for rule in gone),
        *(Change(path, f"new rule: {rule}", Kind.NARROWED, NEW_READERS, limits=False) for rule in come),
    ]


def default_changes(old: Node, new: Node, path: str) -> list[Change]:
    """Return the change of what a reader fills in where an optional field is absent."""
    before, after = _default(old), _default(new)
    if before == after:
        return []
    return [Change(path, f"default {before} -> {after}", Kind.DEFAULT, BOTH, limits=False)]


def _default(node: Node) -> str:
    return _text(node.schema["default"]) if "default" in node.schema else "none"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Changes of what one shape demands: lengths, ranges, forms and the values of an enumeration."""

from typing import Any

from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Break, Change, Kind
from gate.shapes import Shape, bounds, same_value

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORMS = ("pattern", "format", "multipleOf", "uniqueItems")
SUBSCHEMAS = ("items", "properties", "required", "additionalProperties", "propertyNames")


def limit_changes(old: Shape, new: Shape, path: str) -> list[Change]:
    """Return what the two demand differently of a value itself; what is inside of it is not looked at."""
    if old.values is not None and new.values is not None:
        return _values(old.values, new.values, path)
    found = []
    if old.type != new.type:
        found.append(_change(path, f"{old.type} -> {new.type}", old.type == "number"))
    if (old.type, new.type) == ("integer", "number") and not _exact(old):
        what = "integers beyond 2^53 lose digits as numbers"
        found.append(Change(path, what, Kind.MEANING, NEW_READERS, limits=False))
    if (old.values is None) != (new.values is None):
        what = "any value -> a list of values" if old.values is None else "a list of values -> any value"
        found.append(_change(path, what, old.values is None))
    for key in sorted((old.limits.keys() | new.limits.keys()) - set(SUBSCHEMAS)):
        before, after = old.limits.get(key), new.limits.get(key)
        if before != after:
            found.append(_limit(path, key, before, after))
    return found


def _exact(shape: Shape) -> bool:
    """Say whether a number with a fraction, of 53 bits, holds each of the integers."""
    (low, _), (high, _) = bounds(shape.limits)
    return low >= -(2**53) and high <= 2**53


def _limit(path: str, key: str, before: Any, after: Any) -> Change:
    what = f"{key} {_shown(before)} -> {_shown(after)}"
    if before is None or after is None:
        return _change(path, what, before is None)
    if key in FORMS:
        return Change(path, what, Kind.RETYPED, BOTH)
    return _change(path, what, (after > before) if key in LOWER else (after < before))


def _change(path: str, what: str, narrower: bool) -> Change:
    if narrower:
        return Change(path, what, Kind.NARROWED, NEW_READERS)
    return Change(path, what, Kind.WIDENED, OLD_READERS)


def _values(before: tuple[Any, ...], after: tuple[Any, ...], path: str) -> list[Change]:
    gone = [value for value in before if not any(same_value(value, other) for other in after)]
    come = [value for value in after if not any(same_value(value, other) for other in before)]
    breaks: frozenset[Break] = (NEW_READERS if gone else NOBODY) | (OLD_READERS if come else NOBODY)
    if not breaks:
        return []
    kind = Kind.RETYPED if gone and come else Kind.NARROWED if gone else Kind.WIDENED
    parts = [f"values removed: {_list(gone)}"] * bool(gone) + [f"values added: {_list(come)}"] * bool(come)
    return [Change(path, ", ".join(parts), kind, breaks)]


def _list(values: list[Any]) -> str:
    return ", ".join(map(str, values))


def _shown(limit: Any) -> str:
    return "none" if limit is None else str(limit)

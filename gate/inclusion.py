"""Does a reader take everything that a writer may write? Decided on the schemas; where in doubt, the answer is no.

A writer writes the members that its schema names and no others; a reader ignores members that its schema does not name.
So the two sides of one schema are not the same set of values, and plain "sub-schema of" is not the question.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Any

from gate.nodes import Node, Schema, Unjudgeable
from gate.shapes import INFINITY, Shape, bounds, finite_values, shapes_of

SPLITS = 64
"""An object is taken apart into this many cases at most before the answer is no."""

Assumed = frozenset[tuple[str, str]]


def reads_all(writer: Node, reader: Node, assumed: Assumed = frozenset()) -> bool:
    """Say whether each value of `writer` is accepted by `reader`; raises Unjudgeable on keywords without a rule."""
    written, read = writer.written_out(), reader.written_out()
    if written == read or (written, read) in assumed:
        return True
    # A type that speaks of itself is compared once; what it assumes of itself within is what is being shown.
    return _Inclusion(assumed | {(written, read)}).all_of(shapes_of(writer), shapes_of(reader))


class _Inclusion:
    def __init__(self, assumed: Assumed) -> None:
        self._assumed = assumed

    def all_of(self, written: Sequence[Shape], read: Sequence[Shape]) -> bool:
        return all(self._one_of(shape, [other for other in read if _may_meet(shape, other)]) for shape in written)

    def _one_of(self, shape: Shape, readers: list[Shape]) -> bool:
        if not readers:
            return False
        if shape.values is not None:
            return all(any(reader.holds(value) for reader in readers) for value in shape.values)
        if shape.type == "null":
            return True
        if shape.type == "boolean":
            return all(any(reader.holds(value) for reader in readers) for value in (False, True))
        if shape.type in ("string", "integer", "number"):
            return _covered(
                shape, [reader for reader in readers if reader.values is None and _as_strict(shape, reader)]
            )
        if shape.type == "array":
            return any(self._array(shape, reader) for reader in readers)
        return self._object(shape, readers)

    def _array(self, shape: Shape, reader: Shape) -> bool:
        mine, theirs = shape.limits, reader.limits
        if theirs.get("uniqueItems") and not mine.get("uniqueItems"):
            return False
        lengths = mine.get("minItems", 0), mine.get("maxItems", INFINITY)
        if not (theirs.get("minItems", 0) <= lengths[0] and lengths[1] <= theirs.get("maxItems", INFINITY)):
            return False
        if lengths[1] == 0 or "items" not in theirs:
            return True
        return reads_all(shape.node.child(mine.get("items", True)), reader.node.child(theirs["items"]), self._assumed)

    def _object(self, shape: Shape, readers: list[Shape], budget: int = SPLITS) -> bool:
        if any(self._members(shape, reader) for reader in readers):
            return True
        # Perhaps each case of it is read by another: taken apart by what one of its members may be.
        for cases in _splits(shape) if len(readers) > 1 else ():
            if len(cases) <= budget and all(self._object(case, readers, budget // len(cases)) for case in cases):
                return True
        return False

    def _members(self, shape: Shape, reader: Shape) -> bool:
        if not reader.required <= shape.required or not _counts_fit(shape, reader):
            return False
        written, read = shape.members(), reader.members()
        others_written, others_read = shape.others(), reader.others()
        for name, node in written.items():
            target = read.get(name) or others_read
            if target is not None and not reads_all(node, target, self._assumed):
                return False
            if name not in read and (reader.closed or not _name_fits(name, reader)):
                return False
        if others_written is None:
            return True
        if reader.closed:
            return False
        met = [node for name, node in read.items() if name not in written]
        met += [others_read] if others_read is not None else []
        return self._names(shape, reader) and all(reads_all(others_written, node, self._assumed) for node in met)

    def _names(self, shape: Shape, reader: Shape) -> bool:
        if "propertyNames" not in reader.limits:
            return True
        mine, theirs = shape.limits.get("propertyNames", {"type": "string"}), reader.limits["propertyNames"]
        return reads_all(shape.node.child(mine), reader.node.child(theirs), self._assumed)


def _may_meet(shape: Shape, reader: Shape) -> bool:
    return reader.type == shape.type or (shape.type, reader.type) == ("integer", "number")


def _as_strict(shape: Shape, reader: Shape) -> bool:
    """Say whether the writer keeps all that the reader demands beside a range: form, pattern, multiples."""
    mine, theirs = shape.limits, reader.limits
    if step := theirs.get("multipleOf"):
        own = mine.get("multipleOf", 1 if shape.type == "integer" else None)
        if own is None or own % step:
            return False
    return all(theirs.get(key) in (None, mine.get(key)) for key in ("pattern", "format"))


def _covered(shape: Shape, readers: list[Shape]) -> bool:
    """Say whether the ranges of the readers together hold the writer's: of lengths, or of numbers."""
    whole = shape.type != "number"
    low, high = _range(shape, whole)
    for start, end in sorted(_range(reader, whole) for reader in readers):
        if low < start:
            return False
        if end >= high:
            return True
        low = max(low, _after(end, whole))
    return False


Edge = tuple[float, int]


def _range(shape: Shape, whole: bool) -> tuple[Edge, Edge]:
    limits: Schema = shape.limits
    if shape.type == "string":
        return (limits.get("minLength", 0), 0), (limits.get("maxLength", INFINITY), 0)
    low, high = bounds(limits)
    return (_whole_from(low), _whole_to(high)) if whole else (low, high)


def _whole_from(edge: Edge) -> Edge:
    number, side = edge
    return (number, 0) if number == -INFINITY else (floor(number) + 1 if side > 0 else ceil(number), 0)


def _whole_to(edge: Edge) -> Edge:
    number, side = edge
    return (number, 0) if number == INFINITY else (ceil(number) - 1 if side < 0 else floor(number), 0)


def _after(end: Edge, whole: bool) -> Edge:
    number, side = end
    return (number + 1, 0) if whole else (number, side + 1)


def _counts_fit(shape: Shape, reader: Shape) -> bool:
    mine, theirs = shape.limits, reader.limits
    names = len(mine.get("properties", {})) if shape.others() is None else INFINITY
    fewest = max(len(shape.required), mine.get("minProperties", 0))
    most = min(names, mine.get("maxProperties", INFINITY))
    return bool(theirs.get("minProperties", 0) <= fewest and most <= theirs.get("maxProperties", INFINITY))


def _name_fits(name: str, reader: Shape) -> bool:
    names = reader.limits.get("propertyNames")
    return names is None or any(shape.holds(name) for shape in shapes_of(reader.node.child(names)))


def _splits(shape: Shape) -> Iterator[list[Shape]]:
    """Yield ways to take an object apart: by each member that has several values that can be counted, or types."""
    for name, node in shape.members().items():
        values = finite_values(node)
        parts: list[Any] = [{"const": value} for value in values] if values else _parts(node)
        if len(parts) > 1:
            yield [_with_member(shape, name, part) for part in parts]


def _parts(node: Node) -> list[Any]:
    try:
        return [{**shape.node.limits, "type": shape.type} for shape in shapes_of(node) if shape.values is None]
    except Unjudgeable:
        return []


def _with_member(shape: Shape, name: str, schema: Any) -> Shape:
    properties = {**shape.node.schema["properties"], name: schema}
    return Shape("object", Node({**shape.node.schema, "properties": properties}, shape.node.definitions))

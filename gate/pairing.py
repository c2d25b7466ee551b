"""Which member of an old union became which member of the new one."""

from itertools import combinations

from gate.shapes import Shape, tags_of, told_apart

Pairs = list[tuple[Shape, Shape]]


def pair(old: list[Shape], new: list[Shape]) -> tuple[Pairs, list[Shape], list[Shape]]:
    """Return what belongs together, what is gone and what has come. The same text first, then the nearest kin."""
    gone, come = list(old), list(new)
    pairs: Pairs = []
    for alike in (_same, _same_type, _numbers):
        for one in list(gone):
            kin = [other for other in come if alike(one, other)]
            if kin:
                best = max(kin, key=lambda other: _shared(one, other))
                pairs.append((one, best))
                gone.remove(one)
                come.remove(best)
    return pairs, gone, come


def ambiguous(old: list[Shape], new: list[Shape]) -> bool:
    """Say whether a change touches objects of a union that nothing tells apart: who reads which is a guess then."""
    texts = [{shape.node.written_out() for shape in shapes if shape.type == "object"} for shapes in (old, new)]
    return texts[0] != texts[1] and (_untagged(old) or _untagged(new))


def label(shape: Shape) -> str:
    """Return what people call the shape: an object's title or tag, a list's values, else its type."""
    if shape.type == "object":
        tags = [f"{name}={values[0]}" for name, values in sorted(tags_of(shape).items()) if len(values) == 1]
        return str(shape.node.schema.get("title") or ", ".join(tags) or "object")
    if shape.values is not None:
        return f"{shape.type} of " + ", ".join(map(str, shape.values))
    return shape.type


def _untagged(shapes: list[Shape]) -> bool:
    objects = [shape for shape in shapes if shape.type == "object"]
    return any(not told_apart(one, other) for one, other in combinations(objects, 2))


def _same(one: Shape, other: Shape) -> bool:
    return one.type == other.type and one.values == other.values and one.limits == other.limits


def _same_type(one: Shape, other: Shape) -> bool:
    return one.type == other.type and not (one.type == "object" and told_apart(one, other))


def _numbers(one: Shape, other: Shape) -> bool:
    return {one.type, other.type} == {"integer", "number"}


def _shared(one: Shape, other: Shape) -> int:
    return len(one.limits.get("properties", {}).keys() & other.limits.get("properties", {}).keys())

"""Two versions of one schema: every change, and whom it breaks.

They are compatible when both readers accept every message that either's writer may write, and agree on every field that
the older one knows. What is accepted is decided by `inclusion` for each place as a whole; the walk here finds the
places and names the changes, and judges what acceptance does not show: defaults, meaning, fields that vanish.
"""

from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Change, Kind, breaks_of
from gate.inclusion import reads_all
from gate.limits import limit_changes
from gate.meaning import default_changes, marker_changes
from gate.nodes import Node, Schema, Unjudgeable
from gate.pairing import ambiguous, label, pair
from gate.shapes import Shape, shapes_of


def compare(old: Schema, new: Schema, *, kept: bool) -> list[Change]:
    """Return the changes from `old` to `new`, two JSON Schema documents.

    `kept`: old messages are read again for ever, so that a field that vanishes loses what was said.
    """
    try:
        return _Walk(kept).compare(Node.root(old), Node.root(new), "")
    except Unjudgeable as reason:
        return [_unjudged("", str(reason))]


class _Walk:
    def __init__(self, kept: bool) -> None:
        self._kept = kept
        self._within: list[tuple[str, str]] = []

    def compare(self, old: Node, new: Node, path: str) -> list[Change]:
        texts = old.written_out(), new.written_out()
        if texts[0] == texts[1] or texts in self._within:
            return []
        self._within.append(texts)
        try:
            return [*marker_changes(old, new, path), *self._accepted(old, new, path)]
        except Unjudgeable as reason:
            return [_unjudged(path, str(reason))]
        finally:
            self._within.pop()

    def _accepted(self, old: Node, new: Node, path: str) -> list[Change]:
        details = self._details(shapes_of(old), shapes_of(new), path)
        possible = NOBODY
        try:
            possible |= NOBODY if reads_all(new, old) else OLD_READERS
            possible |= NOBODY if reads_all(old, new) else NEW_READERS
        except Unjudgeable as reason:
            return details if breaks_of(details) == BOTH else [*details, _unjudged(path, str(reason))]
        details = [change.only(possible) for change in details]
        unexplained = possible - breaks_of(details)
        if unexplained >= OLD_READERS:
            details.append(Change(path, "allows values that it did not allow", Kind.WIDENED, OLD_READERS))
        if unexplained >= NEW_READERS:
            details.append(Change(path, "refuses values that it allowed", Kind.NARROWED, NEW_READERS))
        return details

    def _details(self, old: list[Shape], new: list[Shape], path: str) -> list[Change]:
        if ambiguous(old, new):
            return [_unjudged(path, "a union of objects that no required constant tells apart")]
        pairs, gone, come = pair(old, new)
        several = len(old) > 1 or len(new) > 1
        found = _types(gone, come, path)
        for one, other in pairs:
            inside = f"{path}<{label(one)}>" if several and one.type == "object" else path
            found += limit_changes(one, other, inside)
            if one.type == "object":
                found += self._members(one, other, inside)
            if one.type == "array":
                found += self._inner(one, other, "items", f"{inside}[]")
        return found

    def _inner(self, old: Shape, new: Shape, key: str, path: str) -> list[Change]:
        schemas = old.node.schema.get(key, True), new.node.schema.get(key, True)
        if schemas == (True, True):
            return []
        return self.compare(old.node.child(schemas[0]), new.node.child(schemas[1]), path)

    def _members(self, old: Shape, new: Shape, path: str) -> list[Change]:
        before, after = old.members(), new.members()
        renamed = _renamed(before, after)
        found = [self._removed(_at(path, name), renamed.get(name)) for name in before.keys() - after.keys()]
        for name in after.keys() - before.keys():
            required = name in new.required
            what, breaks = ("required", NEW_READERS) if required else ("optional", NOBODY)
            kind = Kind.REQUIRED if required else Kind.ADDED
            found.append(Change(_at(path, name), f"{what} field added", kind, breaks))
        for name in before.keys() & after.keys():
            here = _at(path, name)
            found += _presence(name in old.required, name in new.required, here)
            if name not in old.required | new.required:
                found += default_changes(before[name], after[name], here)
            found += self.compare(before[name], after[name], here)
        if old.closed != new.closed:
            found.append(_closing(new.closed, path))
        if old.others() and new.others():
            found += self._inner(old, new, "additionalProperties", _at(path, "*"))
        elif old.others():
            found.append(Change(_at(path, "*"), "a map no longer", Kind.RETYPED, BOTH, limits=False))
        if "propertyNames" in old.limits and "propertyNames" in new.limits:
            found += self._inner(old, new, "propertyNames", f"{path} (names)")
        return sorted(found, key=lambda change: change.path)

    def _removed(self, path: str, renamed: str | None) -> Change:
        # Old readers see a default, or nothing, where they were told; new ones lose what the log has of it.
        breaks = BOTH if self._kept else OLD_READERS
        if renamed:
            return Change(path, f"renamed to {renamed}", Kind.RENAMED, breaks, limits=False)
        return Change(path, "field removed", Kind.REMOVED, breaks, limits=False)


def _renamed(before: dict[str, Node], after: dict[str, Node]) -> dict[str, str]:
    come = {after[name].written_out(): name for name in sorted(after.keys() - before.keys())}
    gone = sorted(before.keys() - after.keys())
    return {name: come[text] for name in gone if (text := before[name].written_out()) in come}


def _types(gone: list[Shape], come: list[Shape], path: str) -> list[Change]:
    if gone and come:
        what = f"{_labels(gone)} -> {_labels(come)}"
        return [Change(path, what, Kind.RETYPED, BOTH)]
    if gone:
        return [Change(path, f"no {_labels(gone)} any more", Kind.NARROWED, NEW_READERS)]
    return [Change(path, f"also {_labels(come)}", Kind.WIDENED, OLD_READERS)] if come else []


def _labels(shapes: list[Shape]) -> str:
    return " | ".join(label(shape) for shape in shapes)


def _presence(was_required: bool, is_required: bool, path: str) -> list[Change]:
    if was_required == is_required:
        return []
    if is_required:
        return [Change(path, "optional -> required", Kind.REQUIRED, NEW_READERS)]
    return [Change(path, "required -> optional", Kind.WIDENED, OLD_READERS)]


def _closing(closed: bool, path: str) -> Change:
    if not closed:
        return Change(path, "fields that are not named are ignored now", Kind.WIDENED)
    what = "fields that are not named are refused now, so that no producer can ever add one"
    return Change(path, what, Kind.NARROWED, BOTH, limits=False)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unjudged(path: str, reason: str) -> Change:
    return Change(path, f"not to be judged: {reason}", Kind.UNJUDGED, BOTH, limits=False)

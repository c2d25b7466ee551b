"""Every single-field mutation of a model: remove, rename, retype, require, narrow, widen, and defaults."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.contracts.mutation.limits import Change, limit_changes, retypes
from tests.contracts.mutation.places import Core, Place, copy, leaves, places

RENAMED = "renamed_field"
ADDED = "added_field"

Rewrite = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Mutation:
    """A changed model. `rewrite` makes of an object that the old model wrote one as the new model writes it."""

    place: Place
    kind: str
    detail: str
    core: Core
    rewrite: Rewrite

    def __str__(self) -> str:
        return f"{self.place.model}.{self.place.name}: {self.kind} {self.detail}".strip()


def mutations(core: Core) -> Iterator[Mutation]:
    """Yield each mutation of each field of the model and of the models inside of it."""
    seen = set()
    for place in places(core):
        yield from _presence(core, place)
        for kind, detail, change in (*retypes(_schema(core, place)), *limit_changes(_schema(core, place))):
            yield _changed(core, place, kind, detail, change)
        if place.model not in seen:
            seen.add(place.model)
            yield from _added(core, place)


def _presence(core: Core, place: Place) -> Iterator[Mutation]:
    name, field = place.name, place.fields(core)[place.name]
    without, renamed = _changeable(core), _changeable(core)
    del place.fields(without)[name]
    yield Mutation(place, "remove", "", without, lambda written: _take(written, name))
    place.fields(renamed)[RENAMED] = place.fields(renamed).pop(name)
    yield Mutation(place, "rename", "", renamed, lambda written: _move(written, name))
    schema = field["schema"]
    if schema["type"] == "default":
        yield _changed(core, place, "require", "", lambda _: schema["schema"])
        for value in _defaults(schema):
            if value != schema["default"]:
                yield _changed(core, place, "default", repr(value), _with_default(schema, value))
    else:
        yield _changed(core, place, "relax", "", _optional)


def _added(core: Core, place: Place) -> Iterator[Mutation]:
    for kind, schema in (
        ("add optional", {"type": "default", "schema": {"type": "str"}, "default": ""}),
        ("add required", {"type": "str"}),
    ):
        more = _changeable(core)
        place.fields(more)[ADDED] = {"type": "model-field", "schema": schema}
        yield Mutation(place, kind, "", more, lambda written: written.update({ADDED: "new"}))


def _changed(core: Core, place: Place, kind: str, detail: str, change: Change) -> Mutation:
    changed = _changeable(core)
    field = place.fields(changed)[place.name]
    field["schema"] = change(field["schema"])
    return Mutation(place, kind, detail, changed, lambda _: None)


def _changeable(core: Core) -> Core:
    """Return a copy in which a rule that misses what it speaks of is given up, as whoever changes the field would."""
    changed = copy(core)
    if changed["type"] == "function-after":
        rule = changed["function"]["function"]

        def given_up(model: Any) -> Any:
            with suppress(AttributeError):
                return rule(model)
            return model

        changed["function"] = {"type": "no-info", "function": given_up}
    return changed


def _optional(schema: Core) -> Core:
    return {"type": "default", "schema": {"type": "nullable", "schema": schema}, "default": None}


def _defaults(schema: Core) -> list[Any]:
    if any(node["type"] == "datetime" for _, node in leaves(schema)):
        return [None, datetime(2000, 1, 1, tzinfo=UTC)]
    return [None, "other", 7, ["other"]]


def _with_default(schema: Core, value: Any) -> Change:
    return lambda _: {**schema, "default": value}


def _schema(core: Core, place: Place) -> Core:
    found: Core = place.fields(core)[place.name]["schema"]
    return found


def _take(written: dict[str, Any], name: str) -> None:
    written.pop(name, None)


def _move(written: dict[str, Any], name: str) -> None:
    if name in written:
        written[RENAMED] = written.pop(name)

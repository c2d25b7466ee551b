"""Small changes of a schema, written as JSON Patch has them: an operation, a pointer, a value."""

from copy import deepcopy
from typing import Any

Schema = dict[str, Any]
Patch = tuple[str, str, Any]


def put(pointer: str, value: Any) -> Patch:
    """Return the change that sets what `pointer` names; `/-` at its end appends to a list."""
    return ("put", pointer, value)


def drop(pointer: str) -> Patch:
    """Return the change that takes away what `pointer` names."""
    return ("drop", pointer, None)


def patched(schema: Schema, patches: tuple[Patch, ...]) -> Schema:
    """Return a copy of `schema` with all patches applied, in their order."""
    result = deepcopy(schema)
    for operation, pointer, value in patches:
        *parents, last = pointer.strip("/").split("/")
        place: Any = result
        for name in parents:
            place = place[int(name)] if isinstance(place, list) else place[name]
        key: Any = int(last) if isinstance(place, list) and last != "-" else last
        if operation == "drop":
            del place[key]
        elif last == "-":
            place.append(value)
        else:
            place[key] = value
    return result

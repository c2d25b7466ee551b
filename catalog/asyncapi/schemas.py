"""The contracts' schema files as AsyncAPI wants them: every definition once, in one place, referred to from there.

AsyncAPI's own schema dialect is a superset of draft 7; what the files use beyond it are `$defs`, which move here.
"""

import json
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_LOCAL = "#/$defs/"
_SHARED = "#/components/schemas/"
_OF_A_FILE = ("$id", "$schema", "$defs", "title")


class Schemas:
    """Collects the `components/schemas` of one document."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def add(self, path: Path) -> Schema:
        """Take the schema of a file with all it is made of; return the reference to it."""
        document = json.loads(path.read_text("utf-8"))
        definitions = document.get("$defs", {})
        names = {name: self._name(name, path.stem, definitions) for name in definitions}
        for name, definition in definitions.items():
            self.components[names[name]] = _moved(definition, names)
        content = {key: value for key, value in document.items() if key not in _OF_A_FILE}
        self.components[path.stem] = _moved(content, names)
        return {"$ref": _SHARED + path.stem}

    def _name(self, name: str, file: str, definitions: dict[str, Schema]) -> str:
        """Return the definition's own name, or one of its file's where another version of it has that already."""
        known = self.components.get(name)
        plain = {each: each for each in definitions}
        return name if known in (None, _moved(definitions[name], plain)) else f"{file}.{name}"


def _moved(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_moved(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _referred(value, names) if key == "$ref" else _moved(value, names) for key, value in node.items()}


def _referred(reference: str, names: dict[str, str]) -> str:
    return _SHARED + names[reference.removeprefix(_LOCAL)]

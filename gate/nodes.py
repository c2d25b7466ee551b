"""A place in a JSON Schema document: references followed, annotations told from what is judged."""

import json
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

ANNOTATIONS = frozenset({"$comment", "$defs", "$id", "$schema", "description", "discriminator", "examples", "title"})
"""Keywords for people, or that repeat what others say: no value is read otherwise for them."""

MARKERS = ("x-", "contentEncoding", "contentMediaType")
"""What keywords begin with that carry meaning which no reader checks, such as a unit."""


class Unjudgeable(ValueError):
    """A schema says something that the gate has no rule for; the text names it."""


@dataclass(frozen=True, eq=False)
class Node:
    """A schema inside of a document. `true` is written as the empty schema."""

    schema: Schema
    definitions: Schema

    @classmethod
    def root(cls, document: Schema) -> "Node":
        """Return the document as a whole."""
        return cls(document, document.get("$defs", {})).resolved()

    def child(self, schema: Schema | bool) -> "Node":
        """Return a schema that stands within this one; raises Unjudgeable for `false`, which nothing satisfies."""
        if schema is False:
            raise Unjudgeable("a schema that nothing satisfies")
        return Node({} if schema is True else dict(schema), self.definitions).resolved()

    def resolved(self) -> "Node":
        """Return this with references followed and `allOf` of one written out; siblings win over what they refer to."""
        schema = self.schema
        while "$ref" in schema or "allOf" in schema:
            schema = self._one_step(dict(schema))
        return Node(schema, self.definitions)

    def _one_step(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._beside(self._definition(schema.pop("$ref")), schema)
        for part in schema.pop("allOf"):
            schema = self._beside(part, schema)
        return schema

    def _definition(self, reference: str) -> Schema:
        prefix, _, name = reference.rpartition("/")
        if prefix != "#/$defs" or name not in self.definitions:
            raise Unjudgeable(f"a reference to {reference}")
        found: Schema = self.definitions[name]
        return found

    @staticmethod
    def _beside(inner: Schema, outer: Schema) -> Schema:
        # Two limits on one thing would have to be met both; nothing we generate has that.
        for key in inner.keys() & outer.keys():
            if inner[key] != outer[key] and key not in {*ANNOTATIONS, "default"} and not key.startswith(MARKERS):
                raise Unjudgeable(f"two values of {key} in one place")
        return {**inner, **outer}

    @property
    def markers(self) -> Schema:
        """What the schema says of the value's meaning."""
        return {key: value for key, value in self.schema.items() if key.startswith(MARKERS)}

    @property
    def limits(self) -> Schema:
        """What the schema demands of the value: no annotations, no markers, no default."""
        return {
            key: value
            for key, value in self.schema.items()
            if key not in ANNOTATIONS and key != "default" and not key.startswith(MARKERS)
        }

    def written_out(self) -> str:
        """Return all that is judged, references replaced: two nodes of one text are the same to every reader."""
        return json.dumps(self._plain((), self.schema), sort_keys=True)

    def _plain(self, within: tuple[str, ...], schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._plain(within, item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        reference = schema.get("$ref")
        if reference in within:
            return {"$ref": reference}  # it speaks of itself: the name stands for what was written out around it
        if reference is not None:
            within, schema = (*within, reference), Node(schema, self.definitions).resolved().schema
        return {key: self._member(within, key, value) for key, value in schema.items() if key not in ANNOTATIONS}

    def _member(self, within: tuple[str, ...], key: str, value: Any) -> Any:
        if key in ("const", "default", "enum"):
            return value
        if key == "properties":  # names of members are no keywords, whatever they are called
            return {name: self._plain(within, inner) for name, inner in value.items()}
        return self._plain(within, value)

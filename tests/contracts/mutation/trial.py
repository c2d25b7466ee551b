"""One mutation put to the test: what the gate says of it, and what happens when both models read both's messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pydantic_core import from_json, to_json

from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Break, breaks_of
from gate.comparison import compare
from tests.contracts.mutation.candidates import candidates
from tests.contracts.mutation.corpus import Message
from tests.contracts.mutation.mutations import Mutation
from tests.contracts.mutation.readers import REFUSED, Json, Reader, agrees, writes


@dataclass(frozen=True)
class Outcome:
    """What the gate said that a mutation breaks, and what it broke; `messages` were read."""

    mutation: str
    kind: str
    said: frozenset[Break]
    happened: frozenset[Break]
    messages: int


def tried(mutation: Mutation, old: Reader, messages: Sequence[Message], *, kept: bool, from_bytes: bool) -> Outcome:
    """Read the messages that either model writes with both, and compare with what the gate says."""
    new = Reader(mutation.core, from_bytes=from_bytes)
    said = breaks_of(compare(old.schema, new.schema, kept=kept))
    field = _field_schemas(mutation, old, new)
    happened, read = NOBODY, 0
    for message in _written(mutation, messages, field):
        read += 1
        happened |= _broken(message, old.read(message), new.read(message), kept=kept)
        if happened == BOTH:
            break  # no more witnesses are needed
    return Outcome(str(mutation), mutation.kind, said, happened, read)


def _broken(message: Message, before: Json, after: Json, *, kept: bool) -> frozenset[Break]:
    """Return who is broken by a message, of which an old reader makes `before` and a new one `after`.

    Both must accept what either writes, and agree on every field that the older one knows. Of documents that are made
    anew, a new reader need not know all that an old one did.
    """
    broken = NOBODY
    if writes(before, message) and (after is REFUSED or not agrees(after, before, whole=kept)):
        broken |= NEW_READERS
    if writes(after, message) and (before is REFUSED or not agrees(after, before, whole=True)):
        broken |= OLD_READERS
    return broken


def _written(mutation: Mutation, messages: Sequence[Message], field: Json) -> Iterator[Message]:
    for message in messages:
        yield message
        yield _rewritten(mutation, message)
    # Every candidate is tried in the smallest and the largest message with the field, and in one without it.
    having = [m for m in messages if any(mutation.place.name in o for o in mutation.place.objects(m))]
    lacking = [m for m in messages if any(mutation.place.name not in o for o in mutation.place.objects(m))]
    for message in chain(having[:1], having[-1:], lacking[:1]):
        yield from _varied(mutation, message, field)


def _rewritten(mutation: Mutation, message: Message) -> Message:
    result: Message = from_json(to_json(message))  # a copy, ten times as fast as deepcopy
    for written in list(mutation.place.objects(result)):
        mutation.rewrite(written)
    return result


def _varied(mutation: Mutation, message: Message, field: Json) -> Iterator[Message]:
    name = mutation.place.name
    present = next((o[name] for o in mutation.place.objects(message) if name in o), None)
    raw = to_json(message)
    absent = from_json(raw)
    for written in list(mutation.place.objects(absent)):
        written.pop(name, None)
    yield absent
    for value in candidates(present, field):
        result = from_json(raw)
        for written in list(mutation.place.objects(result)):
            written[name] = value
        yield result


def _field_schemas(mutation: Mutation, old: Reader, new: Reader) -> list[Json]:
    found: list[Json] = []
    for schema in (old.schema, new.schema):
        models = [schema, *schema.get("$defs", {}).values()]
        found += [
            model["properties"][mutation.place.name]
            for model in models
            if mutation.place.name in model.get("properties", {})
        ]
        found += [one for one in schema.get("$defs", {}).values() if "enum" in one]
    return found

"""What differs between two documents, by field."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from ticket_contracts.model import JsonObject

PRESENCE = "presence"
"""The field that differs where only one of the generations has the document."""

SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """One field of one document; None for absent."""

    kind: str
    key: str
    field: str
    serving: Any
    new: Any


@dataclass
class Differences:
    """Those that may not be: how many of each field, and the first of all. `may_differ`: `field` or `kind.field`."""

    may_differ: Collection[str] = ()
    counts: Counter[str] = field(default_factory=Counter)
    first: list[Difference] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)

    def compare(self, kind: str, key: str, serving: JsonObject | None, new: JsonObject | None) -> None:
        """Take a document as both generations have it."""
        self.compared[kind] += 1
        for found in _differing(kind, key, serving, new):
            name = f"{kind}.{found.field}"
            if found.field in self.may_differ or name in self.may_differ:
                continue
            self.counts[name] += 1
            if len(self.first) < SHOWN:
                self.first.append(found)


def _differing(kind: str, key: str, serving: JsonObject | None, new: JsonObject | None) -> Iterator[Difference]:
    if serving is None or new is None:
        yield Difference(kind, key, PRESENCE, serving is not None, new is not None)
        return
    for name in serving.keys() | new.keys():
        if serving.get(name) != new.get(name):
            yield Difference(kind, key, name, serving.get(name), new.get(name))

"""What the gate says of a change: where it is, what it is, and who is broken by it if they go first, or second."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Break(StrEnum):
    """In which order of deployment somebody is broken."""

    PRODUCER_FIRST = "old readers meet new messages"
    CONSUMER_FIRST = "new readers meet old messages"


BOTH = frozenset(Break)
NOBODY = frozenset[Break]()
OLD_READERS = frozenset({Break.PRODUCER_FIRST})
NEW_READERS = frozenset({Break.CONSUMER_FIRST})


class Kind(StrEnum):
    """What sort of change it is: the advice depends on it."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    REQUIRED = "required"
    NARROWED = "narrowed"
    WIDENED = "widened"
    RETYPED = "retyped"
    DEFAULT = "default"
    MEANING = "meaning"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Change:
    """One change at one place. `limits`: it broke by what is accepted, which a union around it may still make good."""

    path: str
    what: str
    kind: Kind
    breaks: frozenset[Break] = NOBODY
    limits: bool = True

    def only(self, possible: frozenset[Break]) -> "Change":
        """Return the same with what it breaks cut down to `possible`, unless it breaks by meaning."""
        return replace(self, breaks=self.breaks & possible) if self.limits else self


def breaks_of(changes: Iterable[Change]) -> frozenset[Break]:
    """Return all that the changes break together."""
    return NOBODY.union(*(change.breaks for change in changes))

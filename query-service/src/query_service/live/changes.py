"""What is heard of changes, and from where."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from query_service.domain.matching import Traits

_OVERHEAD = 1_500
"""Bytes of a change beside its item and words, roughly."""


class HistoryGone(Exception):
    """The changes behind a position cannot be read any more, or there never was such a position."""


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket went from one state into another; None is a state in which no list shows it.

    `was_known` is False where the state before could not be learned: it may have been any. `item` is there with `now`.
    `words` are those of the ticket (`text_of`), which never change; they are left out where nobody asks for any.
    """

    position: str
    ticket_id: str
    version: int
    before: Traits | None
    now: Traits | None
    item: bytes
    is_erased: bool = False
    was_known: bool = True
    words: str = ""

    @property
    def size(self) -> int:
        """How many bytes it takes to keep with its events, one of which holds the item again, roughly."""
        return 2 * len(self.item) + len(self.words) + _OVERHEAD


class ChangeFeed(Protocol):
    """Changes in order. Positions compare as text: the later is the greater."""

    @property
    def position(self) -> str:
        """What has been read up to; it moves on also while nothing changes."""
        ...

    async def next(self) -> Change | None:
        """Return the next change, None where there has been none for about a second; raises HistoryGone."""
        ...


class ChangeLog(Protocol):
    """All changes of one generation, whichever process ingests them, for as long as the database keeps them."""

    def follow(self, after: str | None) -> AbstractAsyncContextManager[ChangeFeed]:
        """Open the changes behind a position, from now on for None; entering raises HistoryGone."""
        ...

"""Answers kept in memory until what they were made of changes, whichever process changed it (docs/adr/0011).

Bounded in bytes; the one that was asked for longest ago goes first. Closed, it keeps nothing and knows nothing.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from query_service.asked_for import Target, TargetsByKey
from query_service.domain.news import Dependence, News

RECENT = 1_000
"""News remembered: an answer whose reading began before them is not kept."""

LOOKS = 500
"""Answers that a change is held against. Of more that may show it none is kept.

Memory has room for thousands of pages of a walk through the tickets; to look at each takes longer than to read anew
what is still asked for.
"""

LOOKS_AT_ONCE = 10_000
"""The same of changes that are heard together: some 50 ms, in which nobody is answered."""

OVERHEAD = 500
PER_KEY = 200
"""Bytes that an answer, and each key that it depends on, take here beside the body: measured, to some hundredths."""


@dataclass(slots=True)
class Answer:
    """A 200 with JSON, without the headers that differ from one request to the next.

    `gzipped` is its body in that form, once somebody has asked for it.
    """

    body: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    gzipped: bytes | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """When a reading began: what was heard until then is in what it finds; `turn` counts the readings."""

    opening: int
    heard: int
    turn: int


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    dependence: Dependence
    turn: int
    size: int


class AnswerCache:
    """Answers by what was asked. What has been written can be read before `hear` is told of it."""

    def __init__(self, limit: int) -> None:
        """Keep `limit` bytes at most; 0 keeps nothing."""
        self._limit = limit
        self._kept: OrderedDict[Target, _Kept] = OrderedDict()
        self._by_key = TargetsByKey()
        self._recent: deque[News] = deque(maxlen=RECENT)
        self._heard = 0
        self._opening = 0
        self._turn = 0
        self._is_open = False
        self.size = 0

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)

    def open(self) -> None:
        """Begin to keep answers: from now on all news is heard, in the order in which it can be read."""
        self.close()
        self._is_open = True

    def close(self) -> None:
        """Forget all answers, those too that are being read, and keep no more."""
        self._is_open = False
        self._opening += 1
        self._kept.clear()
        self._by_key.clear()
        self._recent.clear()
        self.size = 0

    def renew(self) -> None:
        """Forget all answers and go on, where it is open."""
        if self._is_open:
            self.open()

    def get(self, target: Target) -> Answer | None:
        """Return the answer that holds now, if there is one."""
        kept = self._kept.get(target)
        if kept is None:
            return None
        self._kept.move_to_end(target)
        return kept.answer

    def begin(self) -> Begun | None:
        """Say that a reading begins, to be handed to `keep`; None where nothing is kept."""
        if not (self._is_open and self._limit):
            return None
        self._turn += 1
        return Begun(self._opening, self._heard, self._turn)

    def keep(self, begun: Begun | None, target: Target, answer: Answer, dependence: Dependence) -> None:
        """Keep what a reading found, unless something of it was heard since the reading began, or a later one is kept.

        A later one may show what was written and not heard of yet.
        """
        kept = self._kept.get(target)
        if begun is None or self.is_outdated(begun, dependence) or (kept is not None and kept.turn > begun.turn):
            return
        self._drop(target)
        kept = self._kept[target] = _Kept(answer, dependence, begun.turn, _size(target, answer, dependence))
        self._by_key.add(dependence.keys + dependence.facets, target)
        self._grow(kept.size)

    def weigh(self, target: Target) -> None:
        """Count anew what an answer takes, if it is kept, that has been gzipped meanwhile."""
        kept = self._kept.get(target)
        if kept is None:
            return
        size = _size(target, kept.answer, kept.dependence)
        self._kept[target] = replace(kept, size=size)
        self._grow(size - kept.size)

    def is_outdated(self, begun: Begun | None, dependence: Dependence) -> bool:
        """Say whether something of an answer may have been heard since its reading began; None began unheard of."""
        if begun is None or begun.opening != self._opening:
            return True
        missed = self._heard - begun.heard
        if missed > len(self._recent):
            return True
        return any(dependence.is_touched_by(self._recent[-back]) for back in range(1, missed + 1))

    def hear(self, news: Iterable[News]) -> None:
        """Drop what the news touches; call it before anything says that the read model has come so far."""
        if not self._is_open:
            return
        looks = LOOKS_AT_ONCE
        for each in news:
            self._heard += 1
            self._recent.append(each)
            touched = self._by_key.under(each.keys + each.facets)
            if len(touched) <= min(LOOKS, looks):
                looks -= len(touched)
                touched = {target for target in touched if self._kept[target].dependence.is_touched_by(each)}
            for target in touched:
                self._drop(target)

    def _grow(self, size: int) -> None:
        self.size += size
        while self.size > self._limit:
            self._drop(next(iter(self._kept)))

    def _drop(self, target: Target) -> None:
        kept = self._kept.pop(target, None)
        if kept is None:
            return
        self.size -= kept.size
        self._by_key.remove(kept.dependence.keys + kept.dependence.facets, target)


def _size(target: Target, answer: Answer, dependence: Dependence) -> int:
    """Return the bytes that a kept answer takes, about."""
    keys = len(dependence.keys) + len(dependence.facets)
    # A link to the next page repeats what was asked, up to 64 KiB of it.
    around = len(target[1]) + sum(len(value) for _, value in answer.headers)
    return len(answer.body) + len(answer.gzipped or b"") + around + OVERHEAD + PER_KEY * keys

"""Who listens to what, and what has changed lately."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from time import monotonic

from query_service.domain.matching import Interest, Matcher
from query_service.live import events
from query_service.live.changes import Change, HistoryGone
from query_service.live.subscription import Subscription

RECENT_BYTES = 8 * 1024 * 1024
"""Changes kept at hand for listeners that come back, in about this many bytes."""

HELD_SECONDS = 10.0
"""How long what was read for one of them is kept for the others; when a process has died all come within seconds."""


@dataclass(slots=True)
class _Kept:
    """A change that is at hand, with the events that were written of it: whether the ticket passes or not."""

    change: Change
    events: dict[bool, bytes] = field(default_factory=dict)


@dataclass(eq=False)
class _Group:
    """All listeners with the same interest."""

    matcher: Matcher
    members: set[Subscription] = field(default_factory=set)


class Hub:
    """The listeners of this process on one generation, and its changes behind `since` up to `position`."""

    def __init__(self, generation: int, position: str) -> None:
        self.generation = generation
        self.since = self.position = position
        self._recent: deque[_Kept] = deque()
        self._bytes = 0
        self._held_until = 0.0
        self.too_long_ago = ""
        """Whoever stands there, or before, has more to be told than there is room for."""
        self._groups: dict[Interest, _Group] = {}
        self._by_lead: dict[str, set[_Group]] = {}
        self.listeners = 0

    def event_id(self, position: str) -> str:
        """Return the id of the event at a position."""
        return f"{self.generation}-{position}"

    def publish(self, change: Change) -> None:
        """Tell a change to whom it concerns: matched once a filter, written once for all."""
        self.position = change.position
        kept = _Kept(change)
        self._recent.append(kept)
        self._bytes += change.size
        self._forget()
        if change.is_erased:
            self._withdraw(change.ticket_id)
        for group in self._concerned(change):
            passes = _tells(group.matcher, change)
            if passes is None:
                continue
            event = self._event(kept, passes=passes)
            for member in tuple(group.members):
                member.offer(event)

    def has_room(self, size: int) -> bool:
        """Say whether so many bytes of older changes may be remembered as well."""
        return size <= RECENT_BYTES and self._bytes + size <= 2 * RECENT_BYTES

    def prepend(self, changes: Sequence[Change], since: str, until: str) -> None:
        """Remember for a while all changes behind `since` up to `until`; there must be room for them.

        Raises HistoryGone if `until` is before what is at hand.
        """
        if until < self.since:
            raise HistoryGone
        older = [change for change in changes if change.position <= self.since]
        self._recent.extendleft(map(_Kept, reversed(older)))
        self._bytes += sum(change.size for change in older)
        self.since = since
        self._held_until = monotonic() + HELD_SECONDS

    def join(self, wanted: Interest, after: str | None, first: bytes) -> Subscription:
        """Return a listener that is told `first`, then every change behind `after`, from now on for None.

        `after` must not be before `since`. Without an await in between nothing can be missed.
        """
        group = self._group(wanted)
        missed = [] if after is None else self._told(group.matcher, after)
        subscription = Subscription([first, *missed], lambda leaving: self._leave(wanted, leaving))
        group.members.add(subscription)
        self.listeners += 1
        return subscription

    def end(self, ending: events.Ending) -> None:
        """End the streams of all listeners."""
        for group in self._groups.values():
            for member in tuple(group.members):
                member.end(ending)

    def _withdraw(self, ticket_id: str) -> None:
        # Of all listeners: who is slow may still be to be told of a state that passed a filter which the last did not.
        for group in self._groups.values():
            for member in group.members:
                member.withdraw(ticket_id)

    def _forget(self) -> None:
        room = RECENT_BYTES if monotonic() >= self._held_until else 3 * RECENT_BYTES
        while self._bytes > room:
            oldest = self._recent.popleft().change
            self._bytes -= oldest.size
            self.since = oldest.position

    def _told(self, matcher: Matcher, after: str) -> list[bytes]:
        missed: list[bytes] = []
        erased: set[str] = set()
        for kept in takewhile(lambda kept: kept.change.position > after, reversed(self._recent)):
            change = kept.change
            if change.is_erased:
                erased.add(change.ticket_id)
            passes = _tells(matcher, change)
            # What stood in a ticket is shown to nobody once it is erased; that it left may be.
            if passes is not None and not (passes and change.ticket_id in erased):
                missed.append(self._event(kept, passes=passes))
        return missed[::-1]

    def _event(self, kept: _Kept, *, passes: bool) -> bytes:
        """Return what is told of a change, the same bytes to all: to those who come back as well."""
        if passes not in kept.events:
            write = events.changed if passes else events.left
            kept.events[passes] = write(self.event_id(kept.change.position), kept.change)
        return kept.events[passes]

    def _concerned(self, change: Change) -> set[_Group]:
        """Return the groups that a change may concern: few of many, for they are found by a facet each."""
        if not change.was_known:
            return set(self._groups.values())
        facets = {facet for traits in (change.before, change.now) if traits for facet in traits.facets}
        return {group for facet in facets for group in self._by_lead.get(facet, ())}

    def _group(self, wanted: Interest) -> _Group:
        group = self._groups.get(wanted)
        if group is None:
            group = self._groups[wanted] = _Group(Matcher(wanted))
            for lead in group.matcher.leads:
                self._by_lead.setdefault(lead, set()).add(group)
        return group

    def _leave(self, wanted: Interest, leaving: Subscription) -> None:
        group = self._groups.get(wanted)
        if group is None or leaving not in group.members:
            return
        group.members.discard(leaving)
        self.listeners -= 1
        if not group.members:
            del self._groups[wanted]
            for lead in group.matcher.leads:
                self._by_lead[lead].discard(group)
                if not self._by_lead[lead]:
                    del self._by_lead[lead]


def _tells(matcher: Matcher, change: Change) -> bool | None:
    """Return whether the ticket passes now; None where it neither passes nor passed, which is nobody's business."""
    if (change.now or change.before) and not matcher.finds(change.words):
        return None
    if change.now is not None and matcher.passes(change.now):
        return True
    if not change.was_known or (change.before is not None and matcher.passes(change.before)):
        return False
    return None

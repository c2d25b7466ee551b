"""The plain model of one ticket whose log holds more than its events: what is shown of it, and what waits.

By docs/adr/0004: a message that cannot be folded holds its ticket, and what comes later waits. Versions give the order,
not arrival; but poison of which no version is known may be any version, so what came after it waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.checker.fold import entry_of, folded, given_up
from tests.chaos.checker.state import EndState, Event, Json, LogRecord, Poison, Request

Waiting = LogRecord | Poison
Message = Waiting | Request
NO_EVENT = "00000000-0000-0000-0000-000000000000"


@dataclass
class Ticket:
    """A ticket after the messages taken so far.

    `states`: after each version; `entries`: of its history; `events`: those that count; `offset`: of the message that
    last changed what is shown; `waiting`: what holds it, and what came after.
    """

    states: list[Json] = field(default_factory=list)
    entries: list[Json] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    offset: int = -1
    _missing: int | None = None
    """The version that lets it go on by itself."""
    _refused: set[int] = field(default_factory=set)
    """Offsets of waiting events that were tried and could not be folded: they hold the ticket as poison does."""

    @property
    def version(self) -> int:
        """The last version that is shown, 0 for none."""
        return len(self.states)

    def take(self, message: Message) -> None:
        """Take the next message of the ticket in the order of the log."""
        if isinstance(message, Request):
            self._ask(message)
        elif self._known(message):
            return
        elif not self.waiting:
            self._take_first(message)
        elif self._missing is not None and self._missing == message.version:
            self._take_missing(message)
        else:
            self.waiting.append(message)

    def _take_first(self, message: Waiting) -> None:
        if not self._fold(message, message.offset):
            self._refused = {message.offset} if self._is_due(message) else set()
            self._hold([message], message.offset)

    def _take_missing(self, message: Waiting) -> None:
        if self._fold(message, message.offset):
            self._hold(self._settle(self.waiting, message.offset), message.offset)
        else:
            self.waiting.append(message)
            self._missing, self.offset = None, message.offset

    def _ask(self, request: Request) -> None:
        dropped = next((m for m in self.waiting if m.offset == request.message), None)
        left = self._settle([m for m in self.waiting if not _goes_with(m, dropped)], request.offset)
        while 0 < self.version < (request.version or 0) and all(m.version != self.version + 1 for m in left):
            known = dropped.id if dropped is not None and dropped.version == self.version + 1 else None
            state = given_up(self.states[-1], request)
            self.states.append(state)
            self.entries.append(state["recent"][-1] | {"event_id": known or NO_EVENT})
            left = self._settle(left, request.offset)
        self._hold(left, request.offset)

    def _known(self, message: Waiting) -> bool:
        """Say whether this very event has its version already."""
        version = message.version or 0
        return 0 < version <= self.version and self.entries[version - 1]["event_id"] == message.id

    def _fold(self, message: Waiting, at: int) -> bool:
        """Fold a message whose turn it is, as a change by the one at `at`; False where it is not, or is refused."""
        if not isinstance(message, LogRecord) or message.version != self.version + 1:
            return False
        state = folded(self.states[-1] if self.states else None, message.event)
        if state is None:
            return False
        self.states.append(state)
        self.entries.append(entry_of(message.event) | {"event_id": message.id})
        self.events.append(message.event)
        self.offset = at
        return True

    def _settle(self, waiting: Sequence[Waiting], at: int) -> list[Waiting]:
        """Fold what may go on; returns what is left."""
        left, self._refused = list(waiting), set()
        while (message := self._turn(left)) is not None:
            if self._known(message) or self._fold(message, at):
                left.remove(message)
            else:
                self._refused.add(message.offset)
        return left

    def _turn(self, waiting: Sequence[Waiting]) -> Waiting | None:
        """Return the message whose turn it is."""
        if not waiting or self._bars(waiting[0]):
            return None
        if self._may_go(waiting[0]):
            return waiting[0]
        barred = next((place for place, m in enumerate(waiting) if self._bars(m)), len(waiting))
        if free := [m for m in waiting[:barred] if self._may_go(m)]:
            return min(free, key=lambda m: m.version or 0)
        # A version that is missing may be taken from behind what else came in between.
        missing = next((m for m in waiting if m.version == self.version + 1), None)
        return missing if missing is not None and self._may_go(missing) else None

    def _may_go(self, message: Waiting) -> bool:
        return isinstance(message, LogRecord) and self._is_due(message) and message.offset not in self._refused

    def _bars(self, message: Waiting) -> bool:
        poison = isinstance(message, Poison) or message.offset in self._refused
        return poison and self._is_due(message)

    def _is_due(self, message: Waiting) -> bool:
        return message.version is None or message.version <= self.version + 1

    def _hold(self, left: Sequence[Waiting], at: int) -> None:
        """Note what waits after the message at `at`, and which version it waits for."""
        turn = self.version + 1
        barred = any(self._bars(m) and (place == 0 or m.version == turn) for place, m in enumerate(left))
        self.waiting, self._missing, self.offset = list(left), turn if left and not barred else None, at


def _goes_with(message: Waiting, dropped: Waiting | None) -> bool:
    """Say whether a message is the one that was dropped, or the same event once more."""
    if dropped is None:
        return False
    again = message.id is not None and (message.id, message.version) == (dropped.id, dropped.version)
    return message is dropped or again


def tickets_on_log(state: EndState) -> dict[str, Ticket]:
    """Return every ticket on the log, as it must be shown."""
    found: dict[str, Ticket] = {}
    for message in sorted([*state.log, *state.asides], key=lambda message: (message.partition, message.offset)):
        found.setdefault(message.ticket, Ticket()).take(message)
    return found

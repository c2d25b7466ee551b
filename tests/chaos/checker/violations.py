"""What can be wrong, each with a name of its own."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The names of all faults that the checker knows."""

    LOST = "lost: acknowledged, and missing"
    HALF_STORED = "half stored: timed out, and in some places only"
    REFUSED_STORED = "refused, yet stored"
    KEY_TWICE = "one key, two events"
    TWO_ANSWERS = "one key, different answers"
    WRONG_ANSWER = "the answer is not what is stored"
    WRONG_EVENT = "the event is not what the command asks for"
    WRONG_REFUSAL = "no state of the ticket explains the refusal"
    PAST_ACCEPTED = "stored before what had been acknowledged before it was sent"
    SERVER_ERROR = "the service failed in a way that is none of its own"

    STORE_GAP = "a version is missing in the store"
    STORE_DOUBLE = "a version is in the store twice"
    UNASKED_EVENT = "an event that nobody asked for"

    NOT_ON_LOG = "stored, and not on the log"
    LOG_UNSTORED = "on the log, and not stored"
    LOG_DISORDER = "first deliveries are out of order"
    LOG_CONFLICT = "two events of one version on the log"
    LOG_DIFFERS = "the log says something else than the store"
    LOG_MISPLACED = "on the log under another key or partition"

    VIEW_MISSING = "no view of a ticket"
    VIEW_UNASKED = "a view of no ticket"
    VIEW_DOUBLE = "a ticket is shown twice"
    VIEW_STALE = "the view is behind the log"
    VIEW_PARKED = "the ticket is parked, and nothing holds it"
    VIEW_UNPARKED = "the ticket is not said to be parked, and something holds it"
    VIEW_WRONG = "the view is no fold of the log"

    READER_DIFFERS = "a copy of all views is not where the log ends"

    ENTRY_MISSING = "an entry is missing in the timeline"
    ENTRY_DOUBLE = "an entry is in the timeline twice"
    ENTRY_UNASKED = "an entry of no event"
    ENTRY_DISORDER = "the timeline is out of order"
    ENTRY_WRONG = "an entry is not what the event says"

    COUNT_TOTAL = "tickets counted wrong"
    COUNT_STATUS = "counted wrong by status"
    COUNT_PRIORITY = "counted wrong by priority"
    COUNT_CHANNEL = "counted wrong by channel"
    COUNT_GROUP = "counted wrong by group"
    COUNT_DAY = "counted wrong by day"
    COUNT_RESOLUTION = "first resolutions counted wrong"
    COUNT_OFFSET = "counters stand at another offset than the log"

    STALE_UNDER_TOKEN = "a read is older than its token"
    WENT_BACK = "a client's reads go back"
    READ_UNREAL = "a read shows what never was"

    NOT_CAUGHT_UP = "the read side did not catch up in time"
    NOT_JUDGED = "the end state could not be read"


@dataclass(frozen=True)
class Violation:
    """One fault: its name, where it is (a key, a ticket, a place), and what exactly."""

    kind: Kind
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.detail}"

"""A small made-up run in which everything is right, though strangers wrote to the log: what faults are planted into.

Ticket one was made by a client, and a note waits behind garbage. Ticket two is a stranger's: versions 2 and 3 never
came and were given up.
"""

from copy import deepcopy
from dataclasses import replace

from tests.chaos import sound_run as run
from tests.chaos.checker.counting import count
from tests.chaos.checker.fold import entry_of
from tests.chaos.checker.parking import Ticket, tickets_on_log
from tests.chaos.checker.state import EndState, Entries, Event, Json, LogRecord, Poison, Request, Views
from tests.chaos.history import Accepted, Command, History, Written
from tests.chaos.sound_run import BORN, CREATION, ONE, TWO
from ticket_contracts.partitioning import partition_of

STALE: Json = {"since": "2024-05-02T12:00:00Z", "reason": "unreadable: no envelope"}
MOMENT = "2024-05-09T12:00:00Z"
CREATED = run.event(ONE, 1, "TicketCreated", BORN, "create")
NOTED = run.event(ONE, 2, "AgentNoteAdded", {"note": "smells", "author": None}, "note")
STRANGE = replace(run.event(TWO, 1, "TicketCreated", BORN, ""), key=None)
CLOSED = replace(run.event(TWO, 4, "TicketClosed", {}, ""), key=None)
HERE, THERE = partition_of(ONE), partition_of(TWO)

LOG = [
    LogRecord(HERE, 10, ONE, CREATED),
    LogRecord(HERE, 12, ONE, NOTED),
    LogRecord(THERE, 20, TWO, STRANGE),
    LogRecord(THERE, 21, TWO, CLOSED),
]
ASKED = Request(THERE, 22, TWO, MOMENT, "eve", "lost for good", version=3)
ASIDES: list[Poison | Request] = [Poison(HERE, 11, ONE), ASKED]
WRITTEN = [Written(HERE, 11, ONE), Written(THERE, 20, TWO, "customer"), Written(THERE, 21, TWO)]


def history() -> History:
    """Return what the client did, and what strangers wrote."""
    sent: list[Command] = [
        run.command("create", "CreateTicket", None, CREATION, Accepted(ONE, 1, "open"), at=10),
        run.command("note", "AddAgentNote", ONE, {"note": "smells"}, Accepted(ONE, 2, "open"), at=20),
    ]
    return History(sent, [], list(WRITTEN))


def view(ticket: str) -> Json:
    """Return all that the views topic says of a ticket."""
    found = _tickets()[ticket]
    where = {"kind": "view", "partition": partition_of(ticket), "offset": found.offset}
    return deepcopy(found.states[-1]) | where | {"stale": STALE if ticket == ONE else None}


def entries() -> list[Json]:
    """Return the entries of both tickets, versions that were given up among them."""
    return [entry | {"ticket_id": ticket} for ticket, found in _tickets().items() for entry in deepcopy(found.entries)]


def end_state() -> EndState:
    """Return the end state."""
    counts = count([view(ONE), view(TWO)], [CREATED, STRANGE, CLOSED])
    sound = run.end_state()
    return EndState(
        stored=[CREATED, NOTED],
        log=list(LOG),
        views=[Views(views.place, views.fields, [view(ONE), view(TWO)]) for views in sound.views],
        entries=[Entries(each.place, each.fields, entries(), each.ordered) for each in sound.entries],
        counts={"stats": counts, "dashboard": counts},
        offsets={"stats": {HERE: 12, THERE: 22}},
        asides=list(ASIDES),
    )


def _tickets() -> dict[str, Ticket]:
    return tickets_on_log(EndState([], LOG, [], [], {}, {}, ASIDES))


def waiting_entry(event: Event = NOTED) -> Json:
    """Return the entry that is not there yet."""
    return entry_of(event) | {"ticket_id": event.ticket, "event_id": event.id}

"""A small made-up run in which everything is right: what the tests of the checker plant faults into."""

from collections.abc import Iterable
from copy import deepcopy

from tests.chaos.checker.counting import count
from tests.chaos.checker.fold import entry_of, fold
from tests.chaos.checker.state import (
    DETAIL_FIELDS,
    ENTRY_FIELDS,
    EXPORT_FIELDS,
    GUARD_FIELDS,
    ITEM_FIELDS,
    TOPIC_ENTRY_FIELDS,
    TOPIC_FIELDS,
    EndState,
    Entries,
    Event,
    Json,
    LogRecord,
    Views,
)
from tests.chaos.history import (
    Accepted,
    Answer,
    Attempt,
    Command,
    History,
    Read,
    Refused,
    Subject,
    Unknown,
)
from ticket_contracts.partitioning import partition_of

ONE = "00000000-0000-4000-8000-000000000001"
TWO = "00000000-0000-4000-8000-000000000002"
GROUP = f"{ONE}/1"
CREATION: Json = {
    "customer_id": "customer",
    "customer_contact": "kim@example.org",
    "subject": "Printer",
    "message": "On   fire",
    "tags": ["a", "b"],
}
BORN = CREATION | {"priority": "normal", "channel": "web", "external_id": None}


def event(ticket: str, version: int, name: str, data: Json, key: str) -> Event:
    """Return an event of the run; its time follows from its version."""
    moment = f"2024-05-0{version}T12:00:00Z"
    return Event(f"event-{ticket[-1]}-{version}", ticket, version, name, moment, moment, data, key)


EVENTS = (
    event(ONE, 1, "TicketCreated", BORN, "create-one"),
    event(ONE, 2, "TicketAssigned", {"group": GROUP, "assignee": None}, "assign"),
    event(TWO, 1, "TicketCreated", BORN | {"priority": "high"}, "create-two"),
    event(ONE, 3, "AgentNoteAdded", {"note": "smells", "author": None}, "note"),
    event(ONE, 4, "TicketResolved", {"resolution": "water"}, "resolve"),
    event(ONE, 5, "TicketReopened", {}, "reopen"),
)


def command(key: str, name: str, ticket: str | None, data: Json, *answers: Answer, at: float) -> Command:
    """Return a command that was sent at `at`, its attempts a second apart."""
    attempts = [Attempt(at + n, at + n + 0.5, answer) for n, answer in enumerate(answers)]
    return Command(key, "client", name, ticket, data, None, attempts)


def commands() -> list[Command]:
    """Return what the clients sent: acknowledged, timed out with and without effect, refused, without effect."""
    lost = Unknown("ReadTimeout")
    early = Refused(409, "not-resolved")  # asked again later, and decided anew
    return [
        command("create-one", "CreateTicket", None, CREATION, Accepted(ONE, 1, "open"), at=10),
        command(
            "assign", "AssignTicket", ONE, {"group": GROUP, "assignee": None}, lost, Accepted(ONE, 2, "open"), at=20
        ),
        command("create-two", "CreateTicket", TWO, CREATION | {"priority": "high"}, lost, at=30),
        command("note", "AddAgentNote", ONE, {"note": "smells"}, Accepted(ONE, 3, "open"), at=40),
        command("no-op", "ChangePriority", ONE, {"priority": "normal"}, Accepted(ONE, 3, "open"), at=42),
        command("resolve", "ResolveTicket", ONE, {"resolution": "water"}, Accepted(ONE, 4, "resolved"), at=45),
        command("too-late", "UpdateStatus", ONE, {"status": "triaged"}, Refused(409, "ticket-resolved"), at=45.6),
        command("reopen", "ReopenTicket", ONE, {}, early, Accepted(ONE, 5, "open"), Accepted(ONE, 5, "open"), at=44.8),
        command("never", "AddAgentNote", ONE, {"note": "lost on the way"}, lost, at=70),
    ]


def records() -> list[LogRecord]:
    """Return the log: every event once, the second of ticket one twice."""
    offsets: dict[int, int] = {}
    found = []
    for each in (*EVENTS[:4], EVENTS[1], *EVENTS[4:]):
        partition = partition_of(each.ticket)
        offsets[partition] = offsets.get(partition, -1) + 1
        found.append(LogRecord(partition, offsets[partition], each.ticket, each))
    return found


def of(ticket: str, events: Iterable[Event] = EVENTS) -> list[Event]:
    """Return a ticket's events."""
    return [each for each in events if each.ticket == ticket]


def view(ticket: str, version: int | None = None) -> Json:
    """Return all that the views topic says of a ticket, at its last version or an earlier one."""
    states = fold(of(ticket))
    state = states[-1 if version is None else version - 1]
    first = {record.event.id: record for record in reversed(records())}[state["event_id"]]
    return deepcopy(state) | {"kind": "view", "partition": first.partition, "offset": first.offset}


def entry(of_event: Event) -> Json:
    """Return the timeline entry of an event."""
    return deepcopy(entry_of(of_event)) | {"ticket_id": of_event.ticket, "event_id": of_event.id}


def end_state() -> EndState:
    """Return the end state, every place of it a copy of its own."""
    places = {
        "topic": TOPIC_FIELDS,
        "export": EXPORT_FIELDS,
        "page": DETAIL_FIELDS,
        "list": ITEM_FIELDS,
        "database": GUARD_FIELDS,
    }
    counts = count([view(ONE), view(TWO)], EVENTS)
    ends = {record.partition: record.offset for record in records()}
    return EndState(
        stored=list(EVENTS),
        log=records(),
        views=[Views(place, fields, [view(ONE), view(TWO)]) for place, fields in places.items()],
        entries=[
            Entries("topic", TOPIC_ENTRY_FIELDS, [entry(each) for each in EVENTS]),
            Entries("timeline", ENTRY_FIELDS, [entry(each) for each in EVENTS], ordered=True),
        ],
        counts={"stats": counts, "dashboard": counts},
        offsets={"stats": ends},
    )


def read(subject: Subject, token: int, *documents: Json, at: float = 100, **more: object) -> Read:
    """Return a read of ticket one with a token of that version, 0 for none, that claims to satisfy it."""
    of_what = {Subject.LIST: "customer", Subject.DASHBOARD: ""}.get(subject, ONE)
    carried = {ONE: token} if token else {}
    fields = {"status": 200, "satisfied": bool(token), **more}
    return Read("client", subject, of_what, at, at + 0.1, carried, documents=documents, **fields)  # type: ignore[arg-type]


def reads() -> list[Read]:
    """Return reads of every kind, all as they should be."""
    return [
        read(Subject.TICKET, 1, view(ONE, 2), at=25),
        read(Subject.TICKET, 0, view(ONE, 1), at=26),
        read(Subject.LIST, 3, view(ONE, 3), view(TWO), at=45),
        read(Subject.TIMELINE, 4, *map(entry, of(ONE)[:4]), at=58),
        read(Subject.DASHBOARD, 3, {"group": GROUP, "tickets": 1, "live": 0}, at=59),
        read(Subject.TICKET, 5, at=65, status=503, satisfied=False),
        read(Subject.TICKET, 5, view(ONE, 4), at=66, satisfied=False, lenient=True),
        read(Subject.TICKET, 5, at=67, status=404, satisfied=False, lenient=True),
        read(Subject.TICKET, 5, view(ONE), at=80),
    ]


def history() -> History:
    """Return what the clients did and saw."""
    return History(commands(), reads())

"""What the projector really sends, for each state that its consumers name. Nothing outside of this process."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from projector_service.adapters.control_log import ControlLog
from projector_service.adapters.kafka_notices import tell_readers
from projector_service.domain.generations import Generation, State
from tests.support.pacts.records import Record
from tests.support.pacts.verification import Bring
from tests.support.projector import created, envelope, new_id
from tests.support.projector_in_memory import ProjectorInMemory, as_record
from tests.support.recording_producer import RecordingProducer
from ticket_contracts.control import Drop, Redrive, control_message
from ticket_contracts.envelope import Envelope
from ticket_contracts.topics import EVENTS, GENERATIONS

NOW = datetime(2024, 5, 2, tzinfo=UTC)

Events = Callable[..., list[Envelope]]

ASKED: Mapping[str, Redrive | Drop] = {
    "an operator lets a ticket be tried again": Redrive(operator="ann"),
    "an operator gives a message up": Drop(operator="ann", reason="garbage", offset=1),
    "an operator gives a version up": Drop(operator="ann", reason="lost", version=2),
}


def states_on(topic: str) -> Mapping[str, Bring]:
    """Return what brings about each state, and returns what is last on `topic` then."""
    folded: dict[str, Events] = {
        "a ticket is new": lambda ticket_id: [created(ticket_id)],
        "a ticket has everything": _everything,
        "a ticket stands so": _standing,
        "an agent left a note": _with_a_note,
        "a ticket is parked": lambda ticket_id: [created(ticket_id), envelope(ticket_id, 2, "Unheard")],
        "a ticket is parked before its first event": lambda ticket_id: [envelope(ticket_id, 2, "TicketClosed")],
        "a version was given up": _given_up,
    }
    noticed = {f"a generation is {state}": _notice(state) for state in (State.SERVING, State.RETIRED)}
    told = {name: _asked(request) for name, request in ASKED.items()}
    return {name: _folding(topic, events) for name, events in folded.items()} | noticed | told


def _folding(topic: str, events: Events) -> Bring:
    async def bring(**parameters: str) -> Record:
        projector = ProjectorInMemory()
        await projector.take([as_record(message) for message in events(**parameters)])
        return projector.published.last(topic)

    return bring


def _asked(request: Redrive | Drop) -> Bring:
    async def bring(ticket_id: str) -> Record:
        producer = RecordingProducer()
        await ControlLog(producer, EVENTS.name).write(ticket_id, request)
        return producer.last(EVENTS.name)

    return bring


def _notice(state: State) -> Bring:
    async def bring(generation: str) -> Record:
        producer = RecordingProducer()
        told = Generation(int(generation), state, form=1, started=NOW)
        await tell_readers(lambda: producer, GENERATIONS.name, [told])
        return producer.last(GENERATIONS.name)

    return bring


def _everything(ticket_id: str) -> list[Envelope]:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("TicketAssigned", {"group": "network", "assignee": "ann"}),
        ("AgentNoteAdded", {"note": "Called back", "author": "ann"}),
        ("TicketResolved", {"resolution": "Restarted"}),
        ("TicketReopened", {"reason": "Not yet"}),
        ("ReplyAdded", {"author": "agent", "message": "Try now"}),
        ("TicketTagsChanged", {"added": ["vpn"], "removed": []}),
        ("TicketResolved", {"resolution": "Replaced"}),
    ]
    first = created(ticket_id, external_id="INC1", priority="urgent", channel="phone", tags=["paper"])
    return [first, *(envelope(ticket_id, n, name, data) for n, (name, data) in enumerate(steps, 2))]


def _standing(ticket_id: str, status: str, priority: str, channel: str, **reason: str) -> list[Envelope]:
    first = created(ticket_id, priority=priority, channel=channel)
    if status == "open":
        return [first]
    names = {"resolved": "TicketResolved", "closed": "TicketClosed"}
    data = {} if status in names else {"status": status, **reason}
    return [first, envelope(ticket_id, 2, names.get(status, "TicketStatusChanged"), data)]


def _with_a_note(ticket_id: str) -> list[Envelope]:
    return [created(ticket_id), envelope(ticket_id, 2, "AgentNoteAdded", {"note": "Called back"})]


def _given_up(ticket_id: str) -> list[Envelope]:
    drop = Drop(operator="ann", reason="lost", version=2)
    gap = envelope(ticket_id, 3, "TicketStatusChanged", {"status": "nonsense"})
    return [created(ticket_id), gap, control_message(drop, ticket_id, new_id(), NOW)]

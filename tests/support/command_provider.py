"""What the command service really sends, for each state that its consumers name. Nothing outside of this process."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

import httpx2
from starlette.types import ASGIApp

from command_service.adapters.event_store import to_document
from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from command_service.commands.catalogue import COMMANDS
from command_service.execution.request import CommandRequest
from command_service.relay.log_state import LogState
from command_service.relay.outbox import to_outbox
from command_service.relay.publisher import Publisher
from command_service.relay.watermarks import send_round
from tests.support.pacts.records import Record
from tests.support.pacts.verification import Bring
from tests.support.recording_producer import RecordingProducer
from ticket_chassis.metrics import Metrics
from ticket_contracts.topics import WATERMARKS

NOW = datetime(2024, 5, 2, tzinfo=UTC)
STORE = str(UUID(int=7))

Data = dict[str, object]
Step = tuple[str, Data]

NEW: Data = {"customer_id": "c-1", "subject": "Printer", "message": "It is on fire"}
WHOLE: Data = NEW | {
    "customer_contact": "c@example.org",
    "external_id": "INC1",
    "tags": ["paper"],
    "priority": "urgent",
    "channel": "phone",
}
CREATE: Step = ("CreateTicket", NEW)
ASSIGN: Step = ("AssignTicket", {"group": "network", "assignee": "ann"})
RESOLVE: Step = ("ResolveTicket", {"resolution": "Restarted"})

STATES: Mapping[str, Callable[..., list[Step]]] = {
    "a ticket was created": lambda **chosen: [("CreateTicket", NEW | chosen)],
    "a ticket was created with everything": lambda: [("CreateTicket", WHOLE)],
    "work moved on": lambda **status: [CREATE, ("UpdateStatus", status)],
    "work moved back": lambda: [CREATE, ("UpdateStatus", {"status": "triaged"}), ("UpdateStatus", {"status": "open"})],
    "a ticket was assigned": lambda: [CREATE, ASSIGN],
    "a ticket was taken from all": lambda: [CREATE, ASSIGN, ("AssignTicket", {"group": None, "assignee": None})],
    "a priority was changed": lambda priority: [CREATE, ("ChangePriority", {"priority": priority})],
    "a priority was changed back": lambda: [
        CREATE,
        ("ChangePriority", {"priority": "high"}),
        ("ChangePriority", {"priority": "normal"}),
    ],
    "an agent left a note": lambda: [CREATE, ("AddAgentNote", {"note": "Called back", "author": "ann"})],
    "somebody replied": lambda author: [CREATE, ("AddReply", {"author": author, "message": "Hello"})],
    "tags were changed": lambda: [
        ("CreateTicket", NEW | {"tags": ["paper"]}),
        ("ChangeTags", {"add": ["vpn"], "remove": ["paper"]}),
    ],
    "a ticket was resolved": lambda: [CREATE, RESOLVE],
    "a ticket was resolved without a word": lambda: [CREATE, ("ResolveTicket", {})],
    "a ticket was reopened": lambda: [CREATE, RESOLVE, ("ReopenTicket", {"reason": "Not yet"})],
    "a ticket was closed": lambda: [CREATE, ("CloseTicket", {})],
}
"""The commands that lead to each state; the last one leads to the event that is asked for."""


def states_on(topic: str) -> Mapping[str, Bring]:
    """Return what brings about each state, and returns what is last on `topic` then."""
    if topic == WATERMARKS.name:
        return {"the relay says how far it is": _watermark}
    return {name: _commanded(topic, steps) for name, steps in STATES.items()}


def _commanded(topic: str, steps: Callable[..., list[Step]]) -> Bring:
    async def bring(ticket_id: str, **chosen: str) -> Record:
        store, keys, producer = MemoryEventStore(), MemoryTextKeys(), RecordingProducer()
        handler = assemble(store, keys, Metrics("test"), lambda: NOW).handler
        for number, (name, data) in enumerate(steps(**chosen)):
            command = COMMANDS[name].model_validate(data)
            await handler.execute(CommandRequest(ticket_id, command, key=f"key-{number}"))
        publisher = Publisher(producer, keys, "", STORE, LogState())
        await (await publisher.publish([to_outbox(to_document(event)) for event in store.events.values()]))
        return producer.last(topic)

    return bring


async def _watermark(partition: str) -> Record:
    producer = RecordingProducer()
    await send_round(producer, WATERMARKS.name, NOW, LogState().published)
    return next(record for record in producer.records if record.partition == int(partition))


def api() -> ASGIApp:
    """Return the service's own app, on its ports in memory."""
    return create_app(service=assemble(MemoryEventStore(), MemoryTextKeys(), Metrics("command")))


def states_of(url: str) -> Mapping[str, Callable[..., None]]:
    """Return what brings about each state of the API at `url`: by its own commands."""
    return {
        "nothing": lambda: None,
        "nothing about the ticket": lambda ticket_id: None,
        "a ticket": lambda ticket_id: _command(url, ticket_id, CREATE),
        "a resolved ticket": lambda ticket_id: _command(url, ticket_id, CREATE, RESOLVE),
        "a closed ticket": lambda ticket_id: _command(url, ticket_id, CREATE, ("CloseTicket", {})),
    }


def _command(url: str, ticket_id: str, *steps: Step) -> None:
    commands = [
        {"type": name, "ticket_id": ticket_id, "key": f"{ticket_id}.{number}", "data": data}
        for number, (name, data) in enumerate(steps)
    ]
    answer = httpx2.post(f"{url}/commands", json={"commands": commands})
    refused = [outcome for outcome in answer.json()["outcomes"] if "problem" in outcome]
    assert not refused, refused

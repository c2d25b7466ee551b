"""An instance that is older than what the store holds, in a rolling deployment or rolled back: what it can still do."""

from dataclasses import replace
from uuid import uuid4

import httpx2
import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from ticket_chassis.metrics import Metrics
from ticket_contracts.events import EVENT_BY_TYPE, TicketCreated

pytestmark = pytest.mark.contract

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
NOTE = {"note": "n"}
NEWER = "tickets.TicketCreated.v3"


def served(store: MemoryEventStore, keys: MemoryTextKeys) -> httpx2.AsyncClient:
    """An instance of the service on this store, without memories of its own."""
    app = create_app(service=assemble(store, keys, Metrics("command")))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


async def written_by_a_newer_release(store: MemoryEventStore, client: httpx2.AsyncClient) -> str:
    """A ticket whose first event is of a version that comes later."""
    ticket = str((await client.post("/tickets", json=CREATE)).json()["id"])
    event = store.events[ticket, 1]
    store.events[ticket, 1] = replace(event, type=NEWER, envelope=event.envelope.replace(TicketCreated.TYPE, NEWER))
    return ticket


async def test_only_tickets_of_the_newer_release_have_to_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    store, keys = MemoryEventStore(), MemoryTextKeys()
    async with served(store, keys) as newer:
        sick = await written_by_a_newer_release(store, newer)
        well = (await newer.post("/tickets", json=CREATE)).json()["id"]
    async with served(store, keys) as older:
        refused = await older.post(f"/tickets/{sick}/agent-note", json=NOTE)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.json()["detail"] == f"A newer release wrote {NEWER}; this one cannot read it"
        assert "retry-after" in refused.headers
        commands = [
            {"type": "AddAgentNote", "ticket_id": ticket, "key": str(uuid4()), "data": NOTE} for ticket in (sick, well)
        ]
        outcomes = (await older.post("/commands", json={"commands": commands})).json()["outcomes"]
        assert outcomes[0]["problem"]["code"] == "unavailable"
        assert outcomes[1]["version"] == 2
    monkeypatch.setitem(EVENT_BY_TYPE, NEWER, TicketCreated)
    async with served(store, keys) as deployed:
        assert (await deployed.post(f"/tickets/{sick}/agent-note", json=NOTE)).json()["version"] == 2

"""A projector that is older than the producer: what it does with a version that it does not know, until it is deployed.

This is why readers are deployed before writers (docs/evolving-an-event.md), and why nothing is lost if they are not.
"""

import json
from typing import Any

import pytest

from projector_service.domain.breaker import FAILED_SHARE, WINDOW
from tests.support.projector import NOON, created, envelope, ids_in_partition, new_id
from tests.support.projector_in_memory import ProjectorInMemory
from ticket_contracts.control import Redrive, control_message
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import EVENT_BY_TYPE, TicketCreated
from ticket_contracts.topics import STATS, VIEWS

pytestmark = pytest.mark.contract

NEWER = "tickets.TicketCreated.v3"


def created_newer(ticket_id: str) -> Envelope:
    """The first event of a ticket, as a later release may write it."""
    return created(ticket_id).model_copy(update={"type": NEWER})


def note(ticket_id: str, version: int) -> Envelope:
    """A later event of it, which every release can read."""
    return envelope(ticket_id, version, "AgentNoteAdded", {"note": "n"})


def redrive(ticket_id: str) -> Envelope:
    """What `projector parked redrive` writes."""
    return control_message(Redrive(operator="kim"), ticket_id, new_id(), NOON)


def view(projector: ProjectorInMemory, ticket_id: str) -> dict[str, Any]:
    """What readers have of a ticket."""
    mine = [r for r in projector.published.records if (r.topic, r.key) == (VIEWS.name, ticket_id.encode())]
    found: dict[str, Any] = json.loads(mine[-1].value)
    return found


async def test_the_ticket_waits_its_neighbours_do_not_and_a_redrive_after_the_deployment_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    projector = ProjectorInMemory()
    (sick,), (well,) = ids_in_partition(0, 1), ids_in_partition(1, 1)
    await projector.take_events(created_newer(sick), created(well), note(sick, 2), note(well, 2))
    parked = view(projector, sick)
    assert (parked["kind"], parked["stale"]["reason"]) == ("parked", f"unknown-type: {NEWER}")
    assert (view(projector, well)["version"], view(projector, well)["stale"]) == (2, None)

    await projector.take_events(redrive(sick))
    assert view(projector, sick)["kind"] == "parked", "a redrive before the deployment changes nothing"

    monkeypatch.setitem(EVENT_BY_TYPE, NEWER, TicketCreated)
    await projector.take_events(note(sick, 3))
    assert view(projector, sick)["kind"] == "parked", "nor does the deployment alone"
    await projector.take_events(redrive(sick))
    mended = view(projector, sick)
    assert (mended["kind"], mended["version"], mended["note_count"], mended["stale"]) == ("view", 3, 2, None)
    assert json.loads(projector.published.last(STATS.name).value)["total"] == 1


async def test_where_all_new_tickets_are_of_that_version_it_stops_rather_than_park_them_all() -> None:
    projector = ProjectorInMemory()
    tickets = [new_id() for _ in range(60)]
    events = [event for t in tickets for event in (created_newer(t), *(note(t, version) for version in range(2, 23)))]
    with pytest.raises(AssertionError, match="a defect of the projector or of its contracts"):
        await projector.take_events(*events)
    assert await projector.store.waiting() <= WINDOW * FAILED_SHARE
    known = await projector.store.tickets(tickets)
    assert len(known) < 30, "its position stays before the others: deployed, it reads them as they come"

"""Every version of every message on the projector's topics goes through it, from bytes to what it publishes."""

import json

import pytest

from projector_service.adapters.text_keys import read_key
from projector_service.domain.messages import Control, Received
from projector_service.projections.decode import decode
from tests.support.projector_in_memory import WHEN_SENT, ProjectorInMemory
from tests.support.samples import Sample, each, samples
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import TEXT_KEYS, TIMELINE, VIEWS
from ticket_contracts.views import VIEW_RECORD, TicketView

pytestmark = pytest.mark.contract

CREATED = Sample("events", "TicketCreated.v2", "smallest")


async def projected(*history: Sample) -> ProjectorInMemory:
    """A projector that knows the samples' keys, after these messages."""
    projector = ProjectorInMemory()
    for key in samples("documents"):
        if key.topic == TEXT_KEYS:
            projector.keys.take(key.value)
    await projector.take([sample.record for sample in history])
    return projector


@each("events")
async def test_every_event_is_folded_and_published(sample: Sample) -> None:
    first = sample.of.startswith("TicketCreated.")
    projector = await projected(*(() if first else (CREATED,)), sample)
    view = VIEW_RECORD.validate_json(projector.published.last(VIEWS.name).value)
    assert isinstance(view, TicketView)
    assert (view.version, view.event_id, view.stale) == (1 if first else 2, sample.json["id"], None)
    entry = TimelineEntry.model_validate_json(projector.published.last(TIMELINE.name).value)
    assert (entry.event_id, entry.type) == (sample.json["id"], sample.of.split(".")[0])
    assert "sealed" not in json.dumps(entry.data)


async def test_the_versions_of_a_creation_are_one_to_readers() -> None:
    views = []
    for version in ("v1", "v2"):
        projector = await projected(Sample("events", f"TicketCreated.{version}", "chat"))
        view = json.loads(projector.published.last(VIEWS.name).value)
        views.append(view | {"event_id": None})
    assert views[0] == views[1]


@each("control")
def test_every_request_of_an_operator_is_understood(sample: Sample) -> None:
    record = sample.record
    found = decode(Received(record.partition, 0, record.key, record.value, WHEN_SENT))
    assert isinstance(found, Control)
    assert found.request.operator == sample.data["operator"]


@each("documents", TEXT_KEYS)
def test_every_key_is_taken(sample: Sample) -> None:
    key = read_key(sample.value)
    assert key is not None
    assert key.kid == sample.json["kid"]

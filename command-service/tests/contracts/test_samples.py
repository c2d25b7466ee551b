"""Every version of every event that was ever published is replayed, and restored from the log as it was written."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.bootstrap import assemble
from command_service.commands.add_agent_note import AddAgentNote
from command_service.domain.refusals import AlreadyClosed
from command_service.domain.ticket import Ticket
from command_service.execution.request import CommandRequest
from command_service.ports import NewEvent
from command_service.recovery.judgement import NotOurs, judge
from command_service.relay.record import STORE_HEADER
from tests.support.samples import Sample, each, samples
from ticket_chassis.metrics import Metrics
from ticket_contracts.envelope import SOURCE
from ticket_contracts.fields import Priority
from ticket_contracts.text import TextKey
from ticket_contracts.topics import TEXT_KEYS

pytestmark = pytest.mark.contract

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TICKET = Ticket(customer_id="c", priority=Priority.NORMAL, tags=())
CREATED = Sample("events", "TicketCreated.v2", "smallest")
KEYS = {key.kid: key for key in (TextKey.model_validate_json(s.value) for s in samples() if s.topic == TEXT_KEYS)}


def row(version: int, sample: Sample) -> NewEvent:
    """The sample as the store has it, as some version of the one ticket that samples are of."""
    ticket, event_type = sample.json["subject"], sample.json["type"]
    text = sample.value.decode()
    return NewEvent(str(version), ticket, version, event_type, TICKET, NOW, NOW, "kid", None, None, text)


async def replayed(*history: Sample) -> int:
    """The version of the ticket after these events and one more note; raises what the service would."""
    store = MemoryEventStore()
    for version, sample in enumerate(history, 1):
        await store.append(row(version, sample))
    handler = assemble(store, MemoryTextKeys(), Metrics("samples")).handler
    outcome = await handler.execute(CommandRequest(CREATED.json["subject"], AddAgentNote(note="n")))
    return outcome.version


@each("events")
async def test_a_ticket_goes_on_after_every_sample(sample: Sample) -> None:
    if sample.of.startswith("TicketCreated."):
        assert await replayed(sample) == 2
    elif sample.of.startswith("TicketClosed."):
        with pytest.raises(AlreadyClosed):
            await replayed(CREATED, sample)
    else:
        assert await replayed(CREATED, sample) == 3


def logged(sample: Sample) -> SimpleNamespace:
    """The sample as a record that a relay of this store wrote."""
    record = sample.record
    headers = [*record.headers, (STORE_HEADER, b"the store")]
    return SimpleNamespace(key=record.key, partition=record.partition, value=record.value, headers=headers)


def why_not_ours(sample: Sample) -> str | None:
    """What a restoration must have against a sample; None: it is an event as this service writes them."""
    if sample.json["source"] != SOURCE:
        return "written by operators or others"
    return "free text that is not sealed" if sample.name in ("chat", "ivr", "escaped") else None


OURS = [sample for sample in samples("events") if why_not_ours(sample) is None]
FOREIGN = [sample for sample in samples("events") if why_not_ours(sample) is not None]


@pytest.mark.parametrize("sample", OURS, ids=str)
def test_what_the_store_lost_is_restored_byte_for_byte(sample: Sample) -> None:
    event = judge(logged(sample), KEYS)
    assert event.text.encode() == sample.value
    assert event.event.name() == sample.of.split(".")[0]
    assert (event.kid is not None) == (b'"sealed"' in sample.value)


@pytest.mark.parametrize("sample", FOREIGN, ids=str)
def test_what_others_wrote_is_read_and_left_alone(sample: Sample) -> None:
    with pytest.raises(NotOurs, match=why_not_ours(sample)):
        judge(logged(sample), KEYS)


def test_what_is_restored_is_of_every_version() -> None:
    assert {sample.of for sample in OURS} == {sample.of for sample in samples("events")}

"""The log that benchmarks read is the one that the service writes."""

from datetime import UTC

import pytest

from tests.load.incident_log import copies, encode_incidents
from ticket_chassis.sealing import open_text
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.events import TicketCreated
from ticket_contracts.text import SealedText

UNTIL = "2016-03-01T00:00:00Z"


@pytest.mark.timeout(120)
async def test_copies_are_tickets_of_their_own_whose_texts_open() -> None:
    log = await encode_incidents(until=UNTIL)
    keys = {key.kid: key.key for key in log.keys}
    messages = [decode_envelope(value) for _, value in copies(log, 3)]
    assert len(log.events) > 100
    assert len({m.id for m in messages}) == len(messages) == 3 * len(log.events)
    assert len({m.subject for m in messages}) == 3 * len({ticket_id for ticket_id, _ in log.events})
    assert all(m.time.tzinfo is UTC for m in messages)
    texts = set()
    for message in messages:
        event = message.event()
        if isinstance(event, TicketCreated):
            assert isinstance(event.subject, SealedText)
            texts.add((event.external_id, open_text(event.subject, message.subject, keys[event.subject.kid])))
    assert len(texts) == len({ticket_id for ticket_id, _ in log.events})

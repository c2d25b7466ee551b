"""The real log, half of its tickets created in version 1 and half in version 2, comes to the same for every reader.

In this process, from the bytes on the log to the lines of the export, by each service's own code; with servers and
with releases that are really older, `python -m tests.load.two_versions` shows the same.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import reduce
from itertools import groupby
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from command_service.domain.ticket import Ticket, evolve
from gate import layout
from query_service.domain.documents import prepare_ticket
from tests.load.incident_log import EncodedLog, encode_incidents
from tests.support.older_events import as_version_1
from tests.support.pacts.records import Record
from tests.support.projector_in_memory import ProjectorInMemory
from ticket_client.checks.digest import sorted_lines, ticket_digest
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.events import Event
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, STATS, TIMELINE, VIEWS
from ticket_contracts.views import VIEW_RECORD, TicketView

pytestmark = pytest.mark.timeout(600)

EXPECTED = layout.ROOT / "examples" / "data" / "servicenow-incidents.until-2016-04-01.expected.json"
VERSION_1 = layout.ROOT / layout.event_path("tickets.TicketCreated.v1")
READ = {VIEWS.name, TIMELINE.name, STATS.name}
BATCH = 500
Log = Sequence[tuple[str, bytes]]
Documents = dict[tuple[str, bytes | None], bytes]


def half_in_version_1(log: Log) -> Log:
    """The log as it is where the release came when half of the tickets were there."""
    tickets = list(dict.fromkeys(ticket for ticket, _ in log))
    older = set(tickets[: len(tickets) // 2])
    return [(ticket, as_version_1(message) if ticket in older else message) for ticket, message in log]


async def read_documents(log: Log, keys: EncodedLog) -> Documents:
    """What the projector has published last under each key, topic by topic."""
    projector = ProjectorInMemory()
    for key in keys.keys:
        made = TextKey(kid=key.kid, version=1, key=b64encode(key.key).decode(), created_at=key.created_at)
        projector.keys.take(made.model_dump_json().encode())
    records = [Record(EVENTS.name, partition_of(ticket), ticket.encode(), message) for ticket, message in log]
    for start in range(0, len(records), BATCH):
        await projector.take(records[start : start + BATCH])
    wanted = {VIEWS.name, TIMELINE.name, STATS.name}
    return {
        (record.topic, record.key): record.value for record in projector.published.records if record.topic in wanted
    }


def digest(documents: Documents) -> str:
    """The digest of the tickets, from the lines that the query service would export."""
    views = [VIEW_RECORD.validate_json(value) for (topic, _), value in documents.items() if topic == VIEWS.name]
    lines = [json.loads(prepare_ticket(view).exported()) for view in views if isinstance(view, TicketView)]
    return ticket_digest(sorted_lines(lines))


def replayed(log: Log) -> dict[str, Ticket | None]:
    """Every ticket as the command service knows it after a replay."""
    histories: dict[str, list[Event]] = {}
    for ticket, message in log:
        histories.setdefault(ticket, []).append(decode_envelope(message).event())
    return {ticket: reduce(evolve, events, None) for ticket, events in histories.items()}


def types_of(log: Log) -> dict[str, int]:
    """How many creations of each version the log holds."""
    found = sorted(json.loads(message)["type"] for _, message in log)
    return {name: len(list(same)) for name, same in groupby(found) if "TicketCreated" in name}


async def test_no_reader_can_tell_which_version_a_ticket_was_created_in() -> None:
    expected: dict[str, Any] = json.loads(EXPECTED.read_text())
    encoded = await encode_incidents(until=expected["until"])
    newest, mixed = encoded.events, half_in_version_1(encoded.events)
    assert types_of(newest) == {"tickets.TicketCreated.v2": 5_498}
    assert types_of(mixed) == {"tickets.TicketCreated.v1": 2_749, "tickets.TicketCreated.v2": 2_749}

    documents = await read_documents(mixed, encoded)
    assert digest(documents) == expected["ticket_digest"]
    assert documents == await read_documents(newest, encoded)
    assert replayed(mixed) == replayed(newest)
    assert len(replayed(mixed)) == expected["tickets"]


async def test_version_1_is_made_as_it_was_written_then() -> None:
    encoded = await encode_incidents(until="2016-03-01T00:00:00Z")
    schema = Draft202012Validator(json.loads(VERSION_1.read_text()))
    older = [json.loads(message) for _, message in half_in_version_1(encoded.events)]
    created = [event["data"] for event in older if event["type"] == "tickets.TicketCreated.v1"]
    assert len(created) > 10
    assert all(schema.is_valid(data) and "customer" not in data for data in created)

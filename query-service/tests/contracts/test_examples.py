"""The examples of the API's description are what the service makes of golden samples, not what somebody imagines."""

import json
from typing import Any

import pytest

from query_service.domain.documents import prepare_entry, prepare_ticket
from query_service.http.examples import EXAMPLES
from tests.support.samples import Sample
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.views import TicketView

pytestmark = pytest.mark.contract

TICKET = prepare_ticket(TicketView.model_validate_json(Sample("documents", "TicketView", "resolved").value))
ENTRY = TimelineEntry.model_validate_json(Sample("documents", "TimelineEntry", "fullest").value)


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        ("TicketList", [json.loads(TICKET.item)]),
        ("TicketDetail", json.loads(TICKET.detail())),
        ("ExportedTicket", json.loads(TICKET.exported())),
        ("TimelineList", [json.loads(prepare_entry(ENTRY))]),
    ],
)
def test_an_example_is_the_answer_to_a_golden_sample(model: str, answer: Any) -> None:
    assert EXAMPLES[model] == answer

"""The contract of the queries, broken on purpose in each place: one message says it all."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support.pacts.breaking import Answering, Change, only, with_one_more, with_value, without
from tests.support.pacts.files import FOLDER, PactFile
from tests.support.pacts.report import BrokenContract
from tests.support.pacts.verification import verify_http
from tests.support.served_app import served_app

pytestmark = pytest.mark.contract

A_READ = "a ticket with its history"
NAME = "ticket-client--query-service--http.json"


def _nothing(_: object) -> None:
    pass


@pytest.mark.parametrize(
    ("asked", "answered", "drops", "breach"),
    [
        (None, without("customer_id"), None, "$.customer_id: is missing"),
        (with_one_more("mood"), _nothing, None, "$.mood: is missing"),
        (
            None,
            with_value("another", "status"),
            None,
            "$.status: Expected 'another' (String) to be equal to 'open' (String)",
        ),
        (None, _nothing, b"etag", 'header etag: expected "1", is missing'),
    ],
    ids=["a field is dropped", "a field that nobody sends", "another word", "a header is dropped"],
)
def test_the_queries_are_broken(
    asked: Change | None,
    answered: Change,
    drops: bytes | None,
    breach: str,
    app: FastAPI,
    a_view: Any,
    in_memory: Any,
    an_entry: Any,
    tmp_path: Path,
) -> None:
    pact = only(PactFile.read(FOLDER / NAME), A_READ, tmp_path, asked)
    (state,) = pact.interactions[0]["providerStates"]
    ticket = state["params"]["ticket_id"]
    in_memory.writer.views[ticket] = a_view(ticket, recent=(an_entry(ticket),))
    with served_app(Answering(app, answered, drops=drops)) as url, pytest.raises(BrokenContract) as raised:
        verify_http(pact, url, {state["name"]: lambda ticket_id: None})
    assert (
        str(raised.value)
        == f"""\
pacts/{NAME}: query-service does not give what ticket-client needs.
  provider: query-service team, consumer: ticket-client team
  {A_READ}:
    {breach}
  If query-service changed: give it again, or agree with the ticket-client team, whose tests then change first.
  If ticket-client asks for something new: the query-service team goes first."""
    )

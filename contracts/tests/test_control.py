"""Control messages come back as they were written, and what breaks their rules is told from what is unknown."""

from typing import Any

import pytest

from contracts.tests.examples import EVENT_ID, NOON, TICKET_ID
from ticket_contracts.control import (
    SOURCE,
    Drop,
    InvalidControl,
    Redrive,
    UnknownControl,
    control_message,
    parse_control,
)
from ticket_contracts.envelope import decode_envelope

REQUESTS = [
    Redrive(operator="eve"),
    Redrive(operator="eve", reason="the fold is mended"),
    Drop(operator="eve", reason="garbage", offset=0),
    Drop(operator="eve", reason="lost for good", version=7),
    Drop(operator="eve", reason="an experiment", offset=41, version=7),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_comes_back_as_it_was(request_: Redrive | Drop) -> None:
    message = decode_envelope(control_message(request_, TICKET_ID, EVENT_ID, NOON).encode())
    assert message.is_control
    assert (message.source, message.subject, message.ticketversion) == (SOURCE, TICKET_ID, None)
    assert parse_control(message.type, message.data) == request_


@pytest.mark.parametrize(
    "data",
    [{}, {"operator": "eve"}, {"operator": "eve", "reason": "r"}, {"operator": "eve", "reason": "r", "offset": -1}],
)
def test_a_drop_says_who_why_and_what(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidControl):
        parse_control(Drop.TYPE, data)


def test_what_is_wrong_is_named_and_not_shown() -> None:
    with pytest.raises(InvalidControl, match="operator") as refused:
        parse_control(Redrive.TYPE, {"operator": ["secret"]})
    assert "secret" not in str(refused.value)


def test_unknown_control_messages_are_told_apart() -> None:
    with pytest.raises(UnknownControl):
        parse_control("tickets.control.explode.v1", {})

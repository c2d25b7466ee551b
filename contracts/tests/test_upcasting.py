"""An old version of an event is brought up step by step before it is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_contracts.events import EVENT_BY_TYPE, Customer, TicketAssigned, TicketCreated
from ticket_contracts.fields import Channel, Priority
from ticket_contracts.model import JsonObject
from ticket_contracts.upcasters import UPCASTERS, CannotUpcast
from ticket_contracts.upcasting import InvalidEvent, parse_event

CREATED_V1 = "tickets.TicketCreated.v1"
BARE: JsonObject = {"customer_id": "c-1", "subject": "s", "message": "m", "channel": "ivr", "priority": "low"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["customer_id", "customer", "subject", "group", "status", "author", "priority"])


def test_the_customer_of_a_ticket_made_before_version_2_is_known_by_id_alone() -> None:
    assert parse_event(CREATED_V1, BARE) == TicketCreated(
        customer=Customer(id="c-1"), subject="s", message="m", channel=Channel.IVR, priority=Priority.LOW
    )


def test_what_version_1_did_not_know_is_ignored_there() -> None:
    event = parse_event(CREATED_V1, BARE | {"customer": {"id": "another", "contact": "x"}, "mood": "bad"})
    assert isinstance(event, TicketCreated)
    assert event.customer == Customer(id="c-1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"customer_id": 7}, f"{CREATED_V1}, read as {TicketCreated.TYPE}: customer.id"),
        ({"customer_id": ""}, f"{CREATED_V1}, read as {TicketCreated.TYPE}: customer.id"),
        ({"customer_id": {"id": "secret"}}, f"{CREATED_V1}, read as {TicketCreated.TYPE}: customer.id"),
        ({"channel": "secret"}, f"{CREATED_V1}, read as {TicketCreated.TYPE}: channel"),
    ],
)
def test_broken_data_of_an_old_version_are_refused_without_telling_them(change: JsonObject, said: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        parse_event(CREATED_V1, BARE | change)
    assert str(refused.value) == said


def test_a_field_that_an_old_version_had_to_have_is_named_when_it_is_missing() -> None:
    with pytest.raises(InvalidEvent) as refused:
        parse_event(CREATED_V1, {"customer": {"id": "c-1"}, "subject": "s"})
    assert str(refused.value) == f"{CREATED_V1}: customer_id"


@pytest.mark.parametrize("old", UPCASTERS)
@given(st.dictionaries(FIELDS, JSON))
def test_no_data_stop_an_upcaster_but_by_name(old: str, data: dict[str, Any]) -> None:
    before = repr(data)
    try:
        newer, brought_up = UPCASTERS[old](data)
    except CannotUpcast:
        return
    assert newer in EVENT_BY_TYPE.keys() | UPCASTERS.keys()
    assert repr(data) == before
    assert brought_up is not data


@pytest.mark.parametrize("old", UPCASTERS)
def test_no_version_is_both_old_and_the_newest(old: str) -> None:
    assert old not in EVENT_BY_TYPE


def test_upcasters_are_chained_up_to_a_known_type() -> None:
    def from_alpha(data: JsonObject) -> tuple[str, JsonObject]:
        return "tickets.TicketAssigned.v0", {"team": data["team"], "agent": None}

    def from_v0(data: JsonObject) -> tuple[str, JsonObject]:
        return TicketAssigned.TYPE, {"group": data["team"], "assignee": data["agent"]}

    upcasters = {"tickets.TicketAssigned.alpha": from_alpha, "tickets.TicketAssigned.v0": from_v0}
    event = parse_event("tickets.TicketAssigned.alpha", {"team": "net"}, upcasters)
    assert event == TicketAssigned(group="net", assignee=None)

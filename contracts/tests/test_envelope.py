"""The envelope brings every event across, forgives what is new and refuses what is broken."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tests.examples import EVENT_EXAMPLES, EVENT_ID, NOON, TICKET_ID, envelope_of
from ticket_contracts.envelope import CONTENT_TYPE, SOURCE, Envelope, InvalidEnvelope, decode_envelope
from ticket_contracts.events import EVENTS, Event, TicketAssigned, TicketClosed
from ticket_contracts.upcasting import InvalidEvent, UnknownEventType


def raw(**fields: Any) -> bytes:
    """Return a closing event's message with `fields` replaced; None leaves one out."""
    message = json.loads(envelope_of(TicketClosed()).encode()) | fields
    return json.dumps({name: value for name, value in message.items() if value is not None}).encode()


def test_the_examples_hold_every_event() -> None:
    assert {type(event) for event in EVENT_EXAMPLES} == set(EVENTS)


@pytest.mark.parametrize("event", EVENT_EXAMPLES, ids=lambda event: event.name())
def test_every_event_comes_back_as_it_was(event: Event) -> None:
    decoded = decode_envelope(envelope_of(event).encode())
    assert decoded == envelope_of(event)
    assert decoded.event() == event


def test_the_message_is_a_structured_cloud_event() -> None:
    message = json.loads(envelope_of(TicketAssigned(group=None, assignee=None), correlationid="c").encode())
    assert message == {
        "specversion": "1.0",
        "id": EVENT_ID,
        "source": SOURCE,
        "type": "tickets.TicketAssigned.v1",
        "subject": TICKET_ID,
        "time": "2024-05-01T12:00:00Z",
        "recordedtime": "2024-05-01T12:00:00Z",
        "ticketversion": 1,
        "correlationid": "c",
        "datacontenttype": "application/json",
        "data": {"group": None, "assignee": None},
    }
    assert CONTENT_TYPE == "application/cloudevents+json"


def test_extension_names_are_lower_case_letters_and_digits() -> None:
    assert all(name.isalnum() and name.islower() for name in Envelope.model_fields)


def test_unknown_fields_are_ignored_in_the_envelope_and_in_the_data() -> None:
    decoded = decode_envelope(raw(region="eu", data={"closed_by": "x"}))
    assert decoded == envelope_of(TicketClosed(), data={"closed_by": "x"})
    assert decoded.event() == TicketClosed()


def test_an_unknown_type_is_read_but_is_no_event() -> None:
    decoded = decode_envelope(raw(type="tickets.TicketPraised.v1"))
    with pytest.raises(UnknownEventType, match=r"tickets\.TicketPraised\.v1"):
        decoded.event()


def test_bad_data_are_named_without_their_values() -> None:
    decoded = decode_envelope(raw(type="tickets.TicketAssigned.v1", data={"group": "s3cret" * 50}))
    with pytest.raises(InvalidEvent) as refused:
        decoded.event()
    assert str(refused.value) == "tickets.TicketAssigned.v1: assignee, group"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"ticketversion": None}, "ticketversion"),
        ({"ticketversion": 0}, "ticketversion"),
        ({"ticketversion": 2**53}, "ticketversion"),
        ({"subject": None}, "subject"),
        ({"subject": TICKET_ID.upper()}, "subject"),
        ({"subject": TICKET_ID + "\n"}, "subject"),
        ({"id": "1", "time": "yesterday"}, "id, time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"time": 1714564800}, "time"),
        ({"specversion": "2.0"}, "specversion"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"data": []}, "data"),
        ({"data": {str(n): n for n in range(101)}}, "data"),
    ],
)
def test_a_broken_envelope_names_its_fields(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidEnvelope) as refused:
        decode_envelope(raw(**fields))
    assert str(refused.value) == named


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(Envelope.model_fields)), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_bytes_fail_in_any_other_way(garbage: bytes) -> None:
    with pytest.raises(InvalidEnvelope):
        decode_envelope(garbage)


@pytest.mark.parametrize("garbage", [b"", b"null", b"\xff\xfe", b"[" * 100_000, b'{"subject": "\\ud800"}'])
def test_what_is_no_json_object_is_no_envelope(garbage: bytes) -> None:
    with pytest.raises(InvalidEnvelope):
        decode_envelope(garbage)


def test_a_control_message_needs_no_version_and_is_no_event() -> None:
    decoded = decode_envelope(raw(type="tickets.control.redrive.v1", ticketversion=None))
    assert decoded.is_control
    assert decoded.ticketversion is None
    assert b"ticketversion" not in decoded.encode()
    with pytest.raises(UnknownEventType):
        decoded.event()


def test_an_event_is_not_a_control_message() -> None:
    assert not envelope_of(TicketClosed(), time=NOON).is_control

"""Reads a ticket's events from the messages that the store keeps."""

from collections.abc import Iterable

from command_service.ports import UnreadableTicket
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.events import Event
from ticket_contracts.upcasting import UnknownEventType


def read_events(envelopes: Iterable[str]) -> list[Event]:
    """Return the events in stored envelopes, upcast; raises UnreadableTicket.

    An event that breaks the rules of its own type was not written by any release: InvalidEnvelope or InvalidEvent.
    """
    try:
        return [decode_envelope(envelope.encode()).event() for envelope in envelopes]
    except UnknownEventType as error:
        raise UnreadableTicket(str(error)) from error

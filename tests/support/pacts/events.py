"""What readers of tickets.events.v1 say in the same words: the envelope around an event, and sealed text."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pact import match

from tests.support.pacts.contract import MessageNeed, State
from tests.support.pacts.words import A_TIME, AN_ID, PARTITION, TICKET, UUID

CLOUD_EVENT = "application/cloudevents+json"
SOURCE = "/command-service"
"""By it both readers tell events from what operators and others wrote."""

KID = "018f0000-0000-7000-8000-0000000000bb"
KEY = b"k" * 32
"""What the examples' texts are sealed under."""

# A nonce of its own each time is what keeps texts secret; these are none, and the pact must not change by itself.
_SEALED = b64encode(b"n" * 12 + AESGCM(KEY).encrypt(b"n" * 12, b"some text", TICKET.encode())).decode()
A_SEALED_TEXT = {
    "kid": match.regex(KID, regex=UUID),
    "sealed": match.regex(_SEALED, regex=r"^[A-Za-z0-9+/]{40,}={0,2}$"),
}


def event(
    type_: str,
    what: str,
    version: int,
    state: str,
    data: Mapping[str, Any],
    *,
    chosen: Mapping[str, str] | None = None,
    headers: Mapping[str, Any] | None = None,
) -> MessageNeed:
    """Return the need of an event of the ticket after a state, whose parameters `chosen` are."""
    envelope = {
        "specversion": "1.0",
        "id": AN_ID,
        "source": SOURCE,
        "type": f"tickets.{type_}",
        "subject": TICKET,
        "time": A_TIME,
        "recordedtime": A_TIME,
        "ticketversion": version,
        "data": dict(data),
    }
    given = State(state, {"ticket_id": TICKET, **(chosen or {})})
    name = f"{type_} {what}".strip()
    return MessageNeed(name, given, envelope, TICKET, PARTITION, headers or {}, CLOUD_EVENT)

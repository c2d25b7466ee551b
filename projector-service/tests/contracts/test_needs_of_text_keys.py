"""What the projector needs of tickets.text-keys.v1: which key opens a text. `created_at` the shared model asks for."""

from base64 import b64encode

import pytest
from pact import match

from projector_service.adapters.memory import MemoryTextKeys
from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.events import KEY, KID
from tests.support.pacts.words import A_TIME, TICKET, UUID

pytestmark = pytest.mark.contract

A_KID = match.regex(KID, regex=UUID)

TEXT_KEYS: Contract[MessageNeed] = Contract(
    "projector-service",
    "command-service",
    "tickets.text-keys.v1",
    (
        MessageNeed(
            "the key of a customer's text",
            State("a ticket was created", {"ticket_id": TICKET}),
            {
                "kid": A_KID,
                "version": 1,
                "key": match.regex(b64encode(KEY).decode(), regex="^[A-Za-z0-9+/]{43}=$"),
                "created_at": A_TIME,
            },
            key=A_KID,
        ),
    ),
)


async def test_a_key_is_found() -> None:
    keys = MemoryTextKeys()
    keys.take(example(TEXT_KEYS, TEXT_KEYS.needs[0]).value)
    assert await keys.find([KID]) == {KID: KEY}


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(TEXT_KEYS)

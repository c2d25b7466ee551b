"""The whole store, read beside a change stream that was opened before: together they have every event."""

from typing import Any

import pytest
from pymongo import WriteConcern
from pymongo.asynchronous.database import AsyncDatabase

from command_service.relay.feed import open_stream
from command_service.relay.outbox import whole_store
from ticket_chassis.mongo import Document

ROUNDS = 20


def stored(number: int) -> Document:
    return {"_id": str(number), "ticket_id": str(number), "version": 1, "kid": "k", "envelope": "{}"}


@pytest.mark.stack
async def test_an_event_on_its_way_to_the_majority_as_the_stream_opens_is_in_the_store(own: AsyncDatabase[Any]) -> None:
    await own["events"].insert_one(stored(0))
    under_way = own["events"].with_options(write_concern=WriteConcern(w=1, j=False))
    missed = []
    for number in range(1, ROUNDS):
        await under_way.insert_one(stored(number))
        async with await open_stream(own["events"], None):
            seen = {event.ticket_id async for events in whole_store(own["events"]) for event in events}
        if str(number) not in seen:
            missed.append(number)
    assert missed == []

"""The whole store, read beside a change stream that was opened before: together they have every event."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase

from command_service.relay.feed import open_stream
from command_service.relay.outbox import whole_store
from tests.support.database_calls import Calls
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


@pytest.mark.stack
async def test_no_query_is_asked_for_more_than_a_piece(
    own: AsyncDatabase[Any], mongo_uri: str, mongo_database: str
) -> None:
    # The server counts the time limit of a query for all its answers together: one for all would end in the midst.
    order = [(f"ticket {number:02}", version) for number in range(40) for version in range(1, 6)]
    rows = [
        stored(number) | {"ticket_id": ticket, "version": version, "envelope": str(number)}
        for number, (ticket, version) in enumerate(order)
    ]
    await own["events"].insert_many([*rows[1::2], *rows[::2]])
    calls = Calls()
    async with AsyncMongoClient[Document](mongo_uri, event_listeners=[calls]) as client:
        calls.names.clear()
        pieces = [events async for events in whole_store(client[mongo_database]["events"], size=7)]
    assert [int(event.value) for events in pieces for event in events] == list(range(len(rows)))
    assert {len(events) for events in pieces[:-1]} == {7}
    assert "getMore" not in calls.names
    assert calls.names.count("find") == len(pieces) + 1

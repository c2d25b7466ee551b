"""However many messages wait with a ticket: what one message does to them is a transaction that MongoDB takes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, OperationFailure

from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.domain.counters import Counters
from projector_service.ports import NotOurs
from projector_service.projections.effects import BatchPlan
from tests.support.projector import created, envelope, new_id
from tests.support.projector_in_memory import ProjectorInMemory, as_record
from ticket_contracts.control import Redrive, control_message

NOW = datetime(2024, 5, 1, tzinfo=UTC)
TOO_LARGE_FOR_CACHE, DUPLICATE_KEY = 388, 11_000

Database = AsyncDatabase[dict[str, Any]]


@pytest.fixture
async def own(mongo_uri: str, mongo_database: str) -> AsyncIterator[Database]:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True) as client:
        yield client[mongo_database]


@pytest.fixture
async def store(own: Database) -> MongoReadStore:
    made = MongoReadStore(own.client, own)
    await made.prepare()
    return made


@pytest.mark.stack
async def test_what_waits_on_for_the_same_reason_is_not_stored_again(store: MongoReadStore, own: Database) -> None:
    ticket = new_id()
    projector = ProjectorInMemory(store)
    await projector.take_events(created(ticket), *(envelope(ticket, v, "TicketClosed") for v in (3, 4)))
    await projector.take_events(envelope(ticket, 5, "Unknown"))
    # A whole document put in the place of another would take the mark away.
    await own["parked_events"].update_many({}, {"$set": {"mark": True}})
    await own["parked_events"].update_one({"version": 5}, {"$set": {"reason": "of an older release"}})
    await projector.take([as_record(control_message(Redrive(operator="ann"), ticket, new_id(), NOW))])
    rows = await own["parked_events"].find().sort("offset").to_list()
    assert [(row["version"], row["mark"]) for row in rows] == [(3, True), (4, True), (5, True)]
    assert [row["reason"].partition(":")[0] for row in rows] == ["waits", "waits", "unknown-type"]


@pytest.mark.stack
@pytest.mark.parametrize(
    ("codes", "told"), [([DUPLICATE_KEY, TOO_LARGE_FOR_CACHE], OperationFailure), ([DUPLICATE_KEY], NotOurs)]
)
async def test_that_it_is_too_much_is_not_taken_for_another_owner(
    store: MongoReadStore, monkeypatch: pytest.MonkeyPatch, codes: list[int], told: type[Exception]
) -> None:
    async def refuse(*_: BatchPlan | AsyncClientSession) -> None:
        raise BulkWriteError({"writeErrors": [{"code": code, "op": {"record": "words"}} for code in codes]})

    monkeypatch.setattr(store, "_store", refuse)
    counters = Counters(3)
    counters.offset = 0
    with pytest.raises(told) as caught:
        await store.commit(BatchPlan({3: counters}, {3: -1}, {}))
    assert "words" not in str(caught.value)

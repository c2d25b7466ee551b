"""A field that a release adds is on old tickets after a rebuild, and nothing else differs: docs/a-new-read-field.md."""

import json

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from projector_service.rebuild.compare import compare
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.start import start
from projector_service.rebuild.workbench import workbench
from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, envelope, new_id, projecting
from tests.support.rebuild import has_read_all
from ticket_chassis.mongo import Document
from ticket_contracts.generations import of_generation
from ticket_contracts.topics import VIEWS

pytestmark = pytest.mark.stack


async def test_awaiting_is_filled_for_all_history(settings: Settings, event_log: EventLog) -> None:
    asked, answered = new_id(), new_id()
    for ticket in (asked, answered):
        await event_log.send(created(ticket))
    await event_log.send(envelope(answered, 2, "ReplyAdded", {"author": "agent", "message": "Try again"}))
    async with workbench(settings) as bench:
        async with projecting(settings) as projector:
            await caught_up(projector, event_log)
        await as_made_before_the_field(bench.database.views)
        async with projecting(settings):
            await start(bench, None, 1, 1)
            await has_read_all(bench)
            assert set((await compare(bench, [])).differences.counts) == {"views.awaiting"}
            refused = await cut_over(bench, [])
            assert refused is not None
            assert refused.differences.counts
            done = await cut_over(bench, ["awaiting"])
            assert done is not None
            assert not done.differences.counts
    newest = await event_log.newest(of_generation(VIEWS, 2))
    assert json.loads(newest[asked])["awaiting"] == "us"
    assert json.loads(newest[answered])["awaiting"] == "customer"


async def as_made_before_the_field(views: AsyncCollection[Document]) -> None:
    """Take the field out of every view, as the release before left them."""
    async for view in views.find():
        record = json.loads(view["record"])
        del record["awaiting"]
        await views.update_one({"_id": view["_id"]}, {"$set": {"record": json.dumps(record)}})

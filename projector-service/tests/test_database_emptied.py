"""A database that is emptied under a running projector: all is folded again, without a new start."""

import pytest

from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, new_id, projecting
from tests.support.waiting import eventually
from ticket_chassis.mongo import connect, database

pytestmark = pytest.mark.stack


async def test_all_is_folded_again(settings: Settings, event_log: EventLog) -> None:
    ids = {new_id() for _ in range(20)}
    async with projecting(settings) as projector, connect(settings) as client:
        for ticket in ids:
            await event_log.send(created(ticket))
        await caught_up(projector, event_log)
        own = database(client, settings)
        await client.drop_database(own)
        late = new_id()
        await event_log.send(created(late))

        async def all_are_there() -> bool:
            return set(await own.views.distinct("_id")) == ids | {late}

        await eventually(all_are_there, "all are folded again")
        assert len(await own.parked_events.index_information()) > 1

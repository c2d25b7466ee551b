"""The time that every record carries: when the group last confirmed that its partition is this projector's."""

import time
from types import SimpleNamespace

import pytest

from projector_service.adapters import consumer
from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, new_id, projecting

pytestmark = pytest.mark.stack


async def test_after_the_clock_was_set_back_ownership_is_confirmed_anew(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def an_hour_ago() -> int:
        return time.time_ns() - 3_600 * 10**9

    async with projecting(settings) as service:
        await event_log.send(created(new_id()))
        await caught_up(service, event_log)
        positions = await service.store.positions(event_log.last)
        monkeypatch.setattr(consumer, "time", SimpleNamespace(time_ns=an_hour_ago))
        checked_at = await service.serving.consumer.owned_since(positions)
    assert checked_at <= an_hour_ago() // 10**6

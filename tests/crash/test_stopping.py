"""A process that is told to stand still behind a call does so, whatever becomes of the call."""

import os
import signal
from pathlib import Path
from typing import NoReturn

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from projector_service.adapters.newer import IfNewer, write_if_newer
from tests.crash.orders import Moment, Order, Orders
from tests.crash.steps import step
from tests.crash.stopping import Watch

ALL_WERE_THERE = {"writeErrors": [{"index": 0, "code": 11000}]}


class Older(AsyncCollection[dict[str, object]]):
    """A collection in which everything is there already, and newer."""

    name = "positions"

    def __init__(self) -> None:
        """Connect to nothing."""

    async def bulk_write(self, *_: object, **__: object) -> NoReturn:
        """Report that nothing could be written."""
        raise BulkWriteError(ALL_WERE_THERE)


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Return the signals that this process would have got; watched as long as the test lasts."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _, number: sent.append(number))
    monkeypatch.setattr(Older, "bulk_write", Older.bulk_write)
    monkeypatch.setattr(AsyncDatabase, "command", AsyncDatabase.command)
    monkeypatch.setattr("tests.crash.stopping.DURABLE", {Older: {"bulk_write"}})
    Watch(tmp_path).install()
    found = step("projector_service.adapters.newer:_write:bulk_write")
    Orders(tmp_path).give(Order(found, Moment.AFTER, "positions", freeze=True))
    return sent


async def test_it_stands_still_behind_a_write_that_finds_everything_there(signals: list[int]) -> None:
    await write_if_newer(Older(), [IfNewer({"_id": 0}, {})])
    assert signals == [signal.SIGSTOP]

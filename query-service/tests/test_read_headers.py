"""The lag that an answer tells is that of the state which was read, not of the moment when it goes out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.board import ProgressBoard

ONE = "00000000-0000-0000-0000-000000000001"
BEGIN = datetime(2016, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "path", ["/tickets", f"/tickets/{ONE}", f"/tickets/{ONE}/timeline", "/tickets?q=hello", "/dashboard"]
)
async def test_progress_that_comes_while_it_is_read_makes_no_answer_younger(
    monkeypatch: pytest.MonkeyPatch,
    client: Any,
    in_memory: Any,
    a_view: Any,
    lags_asked_for: list[datetime | None],
    path: str,
) -> None:
    await in_memory.writer.write_views([a_view(ONE)])
    looks: list[datetime] = []

    def complete_until(_: ProgressBoard) -> datetime:
        looks.append(BEGIN + timedelta(seconds=len(looks)))  # another process comes on all the time
        return looks[-1]

    monkeypatch.setattr(ProgressBoard, "complete_until", property(complete_until))
    assert (await client.get(path)).is_success
    assert lags_asked_for == [BEGIN]

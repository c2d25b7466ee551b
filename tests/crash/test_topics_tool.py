"""The tool that makes the topics, stopped in its midst: run again, it makes the rest."""

from pathlib import Path

import pytest

from tests.crash.orders import STOPPED, Moment, Order
from tests.crash.points import TOPICS_TOOL
from tests.crash.process import Watched
from tests.support.topics import delete_topics
from tests.support.waiting import eventually

pytestmark = pytest.mark.stack


async def exit_code(process: Watched) -> int:
    async def ended() -> bool:
        return process.exit_code is not None

    await eventually(ended, "the tool ends")
    assert process.exit_code is not None
    return process.exit_code


@pytest.mark.parametrize("moment", Moment)
async def test_the_tool_is_stopped(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path, moment: Moment) -> None:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap, "TOPIC_PREFIX": topic_prefix}
    tool = Watched("ticket_chassis.topics", environment, tmp_path)
    try:
        tool.start(Order(TOPICS_TOOL, moment))
        assert await exit_code(tool) == STOPPED
        tool.start()
        assert await exit_code(tool) == 0, tool.output(2_000)
    finally:
        await delete_topics(kafka_bootstrap, topic_prefix)

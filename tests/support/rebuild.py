"""What tests of a rebuild ask again and again."""

from projector_service.rebuild.status import status
from projector_service.rebuild.workbench import Workbench
from tests.support.waiting import eventually


async def has_read_all(bench: Workbench) -> None:
    """Return when the generation beside has read the log to its end."""

    async def done() -> bool:
        return (await status(bench)).left == 0

    await eventually(done, "the new generation has read the log", deadline=60)


async def left_behind(bench: Workbench) -> tuple[set[str], set[str], set[str]]:
    """Return the topics, groups and collections that there are."""
    prefix = bench.settings.topic_prefix
    topics = {name for name in await bench.admin.topics() if name.startswith(prefix)}
    groups = {name for name in await bench.admin.groups() if name.startswith(prefix)}
    return topics, groups, set(await bench.database.list_collection_names())

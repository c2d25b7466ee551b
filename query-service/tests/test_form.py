"""The form of what is stored, where several processes start at once."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from typing import Any, cast

import pytest

from query_service.adapters.mongo_form import FORM, discard_other_forms
from query_service.adapters.mongo_schema import Collection, Collections

pytestmark = pytest.mark.stack

Meanwhile = Callable[[], Awaitable[None]]

REFILLED = ("tickets", "timeline", "counters", "positions", "first_fill")


class SlowReading:
    """A collection on which another process does something between our reading and our writing."""

    def __init__(self, collection: Collection, meanwhile: Meanwhile) -> None:
        self._collection = collection
        self._meanwhile = meanwhile

    async def find_one(self, *arguments: Any) -> Any:
        """Read, and then let the other one go on."""
        found = await self._collection.find_one(*arguments)
        await self._meanwhile()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)


class SlowCommands:
    """A collection, and its database, of a process that is frozen before it sends a command about it."""

    def __init__(self, of: Any, meanwhile: Meanwhile) -> None:
        self._of = of
        self._meanwhile = meanwhile

    @property
    def database(self) -> "SlowCommands":
        """The collection's database."""
        return SlowCommands(self._of.database, self._meanwhile)

    async def command(self, *arguments: Any, **named: Any) -> Any:
        """Let the other one go on, and send the command only then."""
        await self._meanwhile()
        return await self._of.command(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)


async def fill(collections: Collections, ticket: str) -> None:
    """Put something into every collection."""
    for each in fields(collections):
        await getattr(collections, each.name).insert_one({"_id": ticket})


async def contents(collections: Collections) -> dict[str, list[Any]]:
    """Return the ids in what is ingested, by collection."""
    return {name: await getattr(collections, name).distinct("_id") for name in REFILLED}


async def test_what_another_process_has_begun_to_fill_is_not_dropped(collections: Collections) -> None:
    async def begin_to_fill() -> None:
        await discard_other_forms(collections)
        await collections.tickets.insert_one({"_id": "a ticket"})

    slow = cast("Collection", SlowReading(collections.first_fill, begin_to_fill))
    await discard_other_forms(replace(collections, first_fill=slow))
    assert await collections.tickets.count_documents({}) == 1


@pytest.mark.parametrize("name", REFILLED)
async def test_a_late_drop_takes_nothing_that_another_process_has_filled_since(
    collections: Collections, name: str
) -> None:
    await collections.first_fill.insert_one({"_id": "form", "number": FORM - 1})
    await fill(collections, "old")
    filled: dict[str, list[Any]] = {}

    async def overtake() -> None:
        await discard_other_forms(collections)
        await fill(collections, "new")
        filled.update(await contents(collections))

    slow = cast("Any", SlowCommands(getattr(collections, name), overtake))
    await discard_other_forms(replace(collections, **{name: slow}))
    assert filled == {key: ["new"] for key in REFILLED} | {"first_fill": ["form", "new"]}
    assert await contents(collections) == filled


async def test_what_was_quarantined_stays(collections: Collections) -> None:
    await fill(collections, "old")
    await discard_other_forms(collections)
    assert await contents(collections) == {key: [] for key in REFILLED} | {"first_fill": ["form"]}
    assert await collections.quarantine.count_documents({}) == 1

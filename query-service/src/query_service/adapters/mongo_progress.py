"""Positions and the first fill, in MongoDB beside the data that they speak of."""

from collections.abc import Mapping
from datetime import datetime

from query_service.adapters.mongo_schema import Collections, Document, index_for_reads
from query_service.domain.progress import Positions, Progress

_FIRST_FILL = "first-fill"


class MongoProgressLog:
    """The port `ProgressLog` on the collection `positions`, one document a source partition."""

    def __init__(self, collections: Collections) -> None:
        self._positions = collections.positions

    async def load(self) -> dict[int, Progress]:
        """See the port."""
        return {row["_id"]: progress_of(row) for row in await self._positions.find({}).to_list()}


class MongoFirstFill:
    """The port `FirstFill`: one document, made at the very first start."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self._fill = collections.first_fill
        self._progress = MongoProgressLog(collections)

    async def begin(self, ends: Mapping[int, Positions], now: datetime) -> None:
        """See the port."""
        rows = [{"partition": partition, **positions._asdict()} for partition, positions in ends.items()]
        first = {"since": now, "ends": rows, "indexed": False, "complete": False}
        await self._fill.update_one({"_id": _FIRST_FILL}, {"$setOnInsert": first}, upsert=True)

    async def since(self) -> datetime | None:
        """See the port."""
        fill = await self._fill.find_one({"_id": _FIRST_FILL}, {"since": 1})
        return fill["since"] if fill else None

    async def documents_are_in(self) -> None:
        """See the port: makes the indexes that lists need, and notes that they are whole."""
        await index_for_reads(self._collections)
        await self._fill.update_one({"_id": _FIRST_FILL}, {"$set": {"indexed": True}})

    async def is_complete(self) -> bool:
        """See the port. Stored once true: positions of a later generation do not undo it."""
        fill = await self._fill.find_one({"_id": _FIRST_FILL})
        if fill is None:
            return False
        if fill["complete"]:
            return True
        if not fill.get("indexed"):
            return False
        progress = await self._progress.load()
        if not all(_reached(progress.get(end["partition"]), end) for end in fill["ends"]):
            return False
        await self._fill.update_one({"_id": _FIRST_FILL}, {"$set": {"complete": True}})
        return True


def _positions(row: Document) -> Positions:
    return Positions(*(row[name] for name in Positions._fields))


def progress_of(row: Document) -> Progress:
    """Return what a document of the collection says."""
    return Progress(
        partition=row["_id"],
        positions=_positions(row),
        applied=row["applied"],
        published=row["published"],
        heard_until=row.get("heard_until"),
        complete_until=row.get("complete_until"),
    )


def _reached(progress: Progress | None, end: Document) -> bool:
    return (progress.positions if progress else Positions()).has_reached(_positions(end))

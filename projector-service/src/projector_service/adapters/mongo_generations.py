"""The collection `generations`: which there are and what state each is in. Every step is one guarded write."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from projector_service.domain.generations import FORM, Generation, State
from ticket_chassis.mongo import Document
from ticket_contracts.generations import FIRST_GENERATION

BESIDE = "beside the serving one"


class OneAtATime(Exception):
    """There is a generation beside the serving one already."""


class MongoGenerations:
    """Reads and moves generations. At most one beside the serving one is not removed: a unique index holds it."""

    def __init__(self, client: AsyncMongoClient[Document], database: AsyncDatabase[Document]) -> None:
        self._client = client
        self._generations = database.generations

    async def prepare(self) -> None:
        """Make the first generation where there is none yet."""
        await self._generations.create_index("place", unique=True, sparse=True)
        first = {"state": State.SERVING, "form": FORM, "started": datetime.now(UTC)}
        await self._generations.update_one({"_id": FIRST_GENERATION}, {"$setOnInsert": first}, upsert=True)

    async def all(self) -> list[Generation]:
        """Return all generations there ever were, by number."""
        return [_generation(d) async for d in self._generations.find().sort("_id")]

    async def serving(self) -> Generation:
        """Return the one that serves."""
        return next(g for g in await self.all() if g.state is State.SERVING)

    async def beside(self) -> Generation | None:
        """Return the one beside it that is not removed, if there is one."""
        found = await self._generations.find_one({"place": BESIDE})
        return _generation(found) if found else None

    async def begin(self, rate: int | None, log_ends: Mapping[int, int]) -> Generation:
        """Make the next generation, preparing, in this code's form; raises OneAtATime."""
        number = max(g.number for g in await self.all()) + 1
        document = {
            "_id": number,
            "state": State.PREPARING,
            "form": FORM,
            "started": datetime.now(UTC),
            "rate": rate,
            "log_ends": [{"partition": p, "offset": offset} for p, offset in log_ends.items()],
            "place": BESIDE,
        }
        try:
            await self._generations.insert_one(document)
        except DuplicateKeyError as error:
            raise OneAtATime from error
        return _generation(document)

    async def move(self, number: int, before: Collection[State], after: State) -> bool:
        """Take a generation from one of the states to another; False where it was in none of them."""
        change: Document = {"$set": {"state": after}}
        if after is State.REMOVED:
            change["$unset"] = {"place": ""}
        moved = await self._generations.update_one({"_id": number, "state": {"$in": list(before)}}, change)
        return moved.matched_count == 1

    async def cut_over(self, old: int, new: int, *, same_log: bool) -> bool:
        """Let `new` serve and retire `old`, both or neither; False where they were not building and serving."""
        async with self._client.start_session() as session, await session.start_transaction():
            serve = {"$set": {"state": State.SERVING, "same_log": same_log}, "$unset": {"place": ""}}
            promoted = await self._generations.update_one({"_id": new, "state": State.BUILDING}, serve, session=session)
            retire = {"$set": {"state": State.RETIRED, "place": BESIDE}}
            retired = await self._generations.update_one({"_id": old, "state": State.SERVING}, retire, session=session)
            if promoted.matched_count + retired.matched_count == 2:
                return True
            await session.abort_transaction()
            return False

    async def note_halt(self, number: int, reason: str) -> None:
        """Keep why a process gave it up."""
        await self._generations.update_one({"_id": number}, {"$set": {"halted": reason}})


def _generation(document: Document) -> Generation:
    return Generation(
        number=document["_id"],
        state=State(document["state"]),
        form=document["form"],
        started=document["started"],
        rate=document.get("rate"),
        log_ends={row["partition"]: row["offset"] for row in document.get("log_ends", [])},
        same_log=document.get("same_log", True),
        halted=document.get("halted"),
    )

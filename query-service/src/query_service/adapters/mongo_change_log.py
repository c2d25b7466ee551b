"""The changes of tickets, by the change stream of their collection: whichever process ingests them, in one order.

What a ticket was before comes from the database too (pre-images). It begins to keep them when somebody first listens;
of what changed before then, the state before is unknown.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import AutoReconnect, OperationFailure
from pymongo.read_concern import ReadConcern

from query_service.adapters.mongo_schema import Collection, Document
from query_service.domain.matching import Traits
from query_service.domain.states import Kind
from query_service.domain.words import text_of
from query_service.live.changes import Change, HistoryGone

AWAIT_MS = 1_000

_TRAITS = ("facets", "created_at", "updated_at")
_WRITES = ("insert", "replace")
_ENDS = ("drop", "rename", "invalidate")
_SHOWN: Document = {
    "operationType": 1,
    **{f"fullDocument.{name}": 1 for name in ("_id", "kind", "guard", "item", *_TRAITS)},
    **{f"fullDocumentBeforeChange.{name}": 1 for name in ("kind", *_TRAITS)},
}
_POSTS: Document = {"$ifNull": ["$fullDocument.words", {"$ifNull": ["$fullDocumentBeforeChange.words", []]}]}
_WORDS: Document = {"$filter": {"input": _POSTS, "cond": {"$eq": [{"$type": "$$this"}, "string"]}}}
"""All posts but those of pairs, which are numbers, and many; of a marker those of the state before."""


class MongoChangeLog:
    """The port `ChangeLog` on one collection `tickets`. A position is the text of a resume token."""

    def __init__(self, tickets: Collection, *, with_words: bool) -> None:
        self._tickets = tickets.with_options(read_concern=ReadConcern("majority"))  # no other is taken
        shown = _SHOWN | {"words": _WORDS} if with_words else _SHOWN
        self._pipeline = [{"$match": {"operationType": {"$in": [*_WRITES, *_ENDS]}}}, {"$project": shown}]

    @asynccontextmanager
    async def follow(self, after: str | None) -> AsyncIterator["MongoFeed"]:
        """See the port."""
        if after is None:
            await self._keep_images()
        try:
            stream = await self._tickets.watch(
                self._pipeline,
                full_document_before_change="whenAvailable",
                resume_after=None if after is None else {"_data": after},
                max_await_time_ms=AWAIT_MS,
            )
        except OperationFailure as error:
            raise _lost(error, after) from error
        async with stream:
            yield MongoFeed(stream, after)

    async def _keep_images(self) -> None:
        database, name = self._tickets.database, self._tickets.name
        await database.command("collMod", name, changeStreamPreAndPostImages={"enabled": True})


class MongoFeed:
    """The port `ChangeFeed`."""

    def __init__(self, stream: AsyncChangeStream[Document], after: str | None) -> None:
        self._stream = stream
        self.position = after or _position(stream)

    async def next(self) -> Change | None:
        """See the port."""
        try:
            found = await self._stream.try_next()
        except OperationFailure as error:
            raise _lost(error, self.position) from error
        if found is None:
            if not self._stream.alive:
                raise AutoReconnect("the change stream has ended")
            self.position = _position(self._stream)
            return None
        if found["operationType"] in _ENDS:
            raise HistoryGone(found["operationType"])
        self.position = found["_id"]["_data"]
        return _change(found)


def _position(stream: AsyncChangeStream[Document]) -> str:
    token = stream.resume_token
    if token is None:
        raise AutoReconnect("the change stream has no position yet")
    return str(token["_data"])


def _lost(error: OperationFailure, after: str | None) -> Exception:
    """Return what an error means: without a position to go on from, or where the server may be back soon, itself."""
    is_passing = isinstance(error, AutoReconnect) or error.has_error_label("RetryableWriteError")
    return error if after is None or is_passing else HistoryGone(f"code {error.code}")


def _change(found: Document) -> Change:
    after: Document = found["fullDocument"]
    before: Document | None = found.get("fullDocumentBeforeChange")
    return Change(
        position=found["_id"]["_data"],
        ticket_id=after["_id"],
        version=after["guard"]["version"],
        before=_traits(before),
        now=_traits(after),
        item=after.get("item", b""),
        is_erased=after["kind"] == Kind.ERASED,
        was_known=before is not None or found["operationType"] == "insert",
        words=text_of(found.get("words", ())),
    )


def _traits(row: Document | None) -> Traits | None:
    """Return what filters see of a row; None of none, and of a marker."""
    if row is None or row["kind"] != Kind.VIEW:
        return None
    return Traits(frozenset(row["facets"]), row["created_at"], row["updated_at"])

"""The form in which tickets are stored. A database of another form is emptied, and fills again from the topics."""

from typing import Any

from pymongo.errors import OperationFailure

from query_service.adapters.mongo_schema import Collection, Collections

FORM = 5
"""Raise it whenever what ingest writes changes so that lists would miss what an earlier process wrote."""

_FORM = "form"

_GONE = (26, 361)
"""The server's codes for a collection that is not there (NamespaceNotFound, CollectionUUIDMismatch)."""


async def discard_other_forms(collections: Collections) -> None:
    """Drop everything that was ingested in another form; call it before ingest starts.

    Records that are there already would not be written again in place: guards let only newer ones through.
    Processes of the older form must have been stopped; those of this one may do the same at the same time, and be
    held up anywhere in it. What was quarantined stays.
    """
    # Before the form is read: whoever else has begun to fill it since has said first in which form, and into new
    # collections. Only what was there before is dropped, however late the server hears of it.
    seen = await _seen(collections)
    empty = await _is_empty(collections)
    stored = await collections.first_fill.find_one({"_id": _FORM})
    if stored is not None and stored["number"] == FORM:
        return
    if stored is not None or not empty:
        for each in (
            collections.positions,
            collections.first_fill,
            collections.counters,
            collections.timeline,
            collections.tickets,
        ):
            if each.name in seen:
                await _drop(each, seen[each.name])
    await collections.first_fill.update_one({"_id": _FORM}, {"$setOnInsert": {"number": FORM}}, upsert=True)


async def _seen(collections: Collections) -> dict[str, Any]:
    """Return the UUIDs of the collections there are, by name."""
    return {each["name"]: each["info"]["uuid"] async for each in await collections.tickets.database.list_collections()}


async def _drop(collection: Collection, uuid: Any) -> None:
    """Drop it if it is still the one with this UUID, and not one that another process has begun to fill since.

    The server takes `collectionUUID` since 6.0; its manual does not tell of it (src/mongo/db/drop.idl does).
    """
    durable = collection.write_concern.document
    try:
        await collection.database.command("drop", collection.name, collectionUUID=uuid, writeConcern=durable)
    except OperationFailure as error:
        if error.code not in _GONE:
            raise


async def _is_empty(collections: Collections) -> bool:
    for each in (collections.positions, collections.counters, collections.timeline, collections.tickets):
        if await each.find_one({}, {"_id": 1}) is not None:
            return False
    return True

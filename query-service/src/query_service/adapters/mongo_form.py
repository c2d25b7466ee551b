"""The form in which tickets are stored. A database of another form is emptied, and fills again from the topics."""

from query_service.adapters.mongo_schema import Collections

FORM = 4
"""Raise it whenever what ingest writes changes so that lists would miss what an earlier process wrote."""

_FORM = "form"


async def discard_other_forms(collections: Collections) -> None:
    """Drop everything that was ingested in another form; call it before ingest starts.

    Records that are there already would not be written again in place: guards let only newer ones through.
    Processes of the older form must have been stopped. What was quarantined stays.
    """
    # Before the form is read: whoever else has begun to fill it since has said first in which form.
    empty = await _is_empty(collections)
    stored = await collections.first_fill.find_one({"_id": _FORM})
    if stored is not None and stored["number"] == FORM:
        return
    if stored is None and empty:
        await collections.first_fill.update_one({"_id": _FORM}, {"$setOnInsert": {"number": FORM}}, upsert=True)
        return
    for each in (
        collections.positions,
        collections.first_fill,
        collections.counters,
        collections.timeline,
        collections.tickets,
    ):
        await each.drop()
    await collections.first_fill.insert_one({"_id": _FORM, "number": FORM})


async def _is_empty(collections: Collections) -> bool:
    for each in (collections.positions, collections.counters, collections.timeline, collections.tickets):
        if await each.find_one({}, {"_id": 1}) is not None:
            return False
    return True

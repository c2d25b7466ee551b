"""The form in which tickets are stored. A database of another form is emptied, and fills again from the topics."""

from query_service.adapters.mongo_schema import Collections

FORM = 3
"""Raise it whenever what ingest writes changes so that lists would miss what an earlier process wrote."""

_FORM = "form"


async def discard_other_forms(collections: Collections) -> None:
    """Drop everything that was ingested in another form; call it before ingest starts.

    Records that are there already would not be written again in place: guards let only newer ones through.
    Processes of the older form must have been stopped. What was quarantined stays.
    """
    stored = await collections.first_fill.find_one({"_id": _FORM})
    if stored is not None and stored["number"] == FORM:
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

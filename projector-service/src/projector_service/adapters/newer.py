"""Updates that stand only where they are newer than what is there, or where nothing is there yet."""

from collections.abc import Sequence
from typing import NamedTuple

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, OperationFailure

from ticket_chassis.mongo import Document, refusals

DUPLICATE_KEY = 11000


class IfNewer(NamedTuple):
    """What to set, and what holds of the document with its `_id` that is older: `condition` names the `_id` too."""

    condition: Document
    fields: Document


async def write_if_newer(collection: AsyncCollection[Document], writes: Sequence[IfNewer]) -> None:
    """Write what is newer; raises OperationFailure on any failure but that there is something newer, or the same.

    What is not newer collides with the `_id`. So does what is newer where the server found nothing and somebody else
    inserted something older before it inserted: so what collides is sent again, not to be inserted, and its condition
    alone decides.
    """
    collided = await _write(collection, writes, upsert=True)
    if collided:
        await _write(collection, collided, upsert=False)


async def _write(collection: AsyncCollection[Document], writes: Sequence[IfNewer], *, upsert: bool) -> list[IfNewer]:
    """Return those that collided with a document that is there."""
    operations = [UpdateOne(each.condition, {"$set": each.fields}, upsert=upsert) for each in writes]
    try:
        await collection.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        if others := [code for code in refusals(error) if code != DUPLICATE_KEY]:
            raise OperationFailure(f"{collection.name}: not all is written", others[0]) from None
        return [writes[each["index"]] for each in error.details["writeErrors"]]
    return []

"""Writes that stand only where they are newer than what is there, or where nothing is there yet."""

from collections.abc import Sequence
from typing import NamedTuple

from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, OperationFailure

from query_service.adapters.mongo_schema import DUPLICATE_KEY, Collection, Document
from ticket_chassis.mongo import refusals


class IfNewer(NamedTuple):
    """A document, and what holds of the one with its `_id` that is older: `condition` names the `_id` too."""

    condition: Document
    content: Document


async def write_if_newer(collection: Collection, writes: Sequence[IfNewer]) -> None:
    """Write what is newer; raises OperationFailure on any failure but that there is something newer, or the same.

    What is not newer collides with the `_id`. So does what is newer where the server found nothing and somebody else
    inserted something older before it inserted: so what collides is sent again, not to be inserted, and its condition
    alone decides.
    """
    collided = await _write(collection, writes, upsert=True)
    if collided:
        await _write(collection, collided, upsert=False)


async def add_or_write_if_newer(collection: Collection, writes: Sequence[IfNewer]) -> None:
    """Do the same for what is hardly ever there: to insert is cheaper than to look, for the server and for us."""
    documents = [{"_id": each.condition["_id"], **each.content} for each in writes]
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        await _write(collection, [writes[place] for place in collisions(error)], upsert=False)


async def _write(collection: Collection, writes: Sequence[IfNewer], *, upsert: bool) -> list[IfNewer]:
    """Return those that collided with a document that is there."""
    operations = [ReplaceOne(each.condition, each.content, upsert=upsert) for each in writes]
    try:
        await collection.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        return [writes[place] for place in collisions(error)]
    return []


def collisions(error: BulkWriteError) -> list[int]:
    """Return the places of the writes that met a key that is there; raises OperationFailure for any other reason."""
    if others := [code for code in refusals(error) if code != DUPLICATE_KEY]:
        raise OperationFailure("not all is written", others[0]) from None
    return [each["index"] for each in error.details["writeErrors"]]

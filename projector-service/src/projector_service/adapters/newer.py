"""Upserts that stand only where they are newer: one that is not finds nothing to update and cannot insert."""

from collections.abc import Sequence

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from ticket_chassis.mongo import Document

DUPLICATE_KEY = 11000


async def write_if_newer(collection: AsyncCollection[Document], operations: Sequence[UpdateOne]) -> None:
    """Write upserts whose filters name what they must be newer than; raises BulkWriteError on any other failure."""
    try:
        await collection.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        others = [e for e in error.details["writeErrors"] if e["code"] != DUPLICATE_KEY]
        if others or error.details.get("writeConcernErrors"):
            raise

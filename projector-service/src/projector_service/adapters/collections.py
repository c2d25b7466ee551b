"""The collections that each generation has for itself, under names that end with its suffix."""

from dataclasses import dataclass, fields

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from ticket_chassis.mongo import Document
from ticket_contracts.generations import FIRST_GENERATION, suffix

MongoCollection = AsyncCollection[Document]

BY_TICKET = [("ticket_id", 1), ("offset", 1)]
"""The index of parked_events."""


@dataclass(frozen=True)
class Collections:
    """The documents of one generation."""

    views: MongoCollection
    timeline: MongoCollection
    stats: MongoCollection
    parked_tickets: MongoCollection
    parked_events: MongoCollection
    drops: MongoCollection
    positions: MongoCollection

    @classmethod
    def of(cls, database: AsyncDatabase[Document], generation: int = FIRST_GENERATION) -> "Collections":
        """Return the collections of a generation."""
        return cls(*(database[name] for name in collection_names(generation)))


def collection_names(generation: int) -> list[str]:
    """Return what the collections of a generation are called, in the order of the fields above."""
    return [each.name + suffix(generation) for each in fields(Collections)]

"""The collections and indexes of the query database, and how durably they are written.

Everything is written with w:majority and journal, and read with "local". Nothing less would do for the data before a
position: a server that is killed in between and back at once has lost what it had only acknowledged, and takes the
position that comes next. What a reader was shown as arrived (`sightings`) must not go away again either.
"""

from dataclasses import dataclass, fields
from typing import Any

from pymongo import IndexModel, WriteConcern, timeout
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern

from query_service.domain.listing import Sort
from query_service.together import together
from ticket_contracts.generations import FIRST_GENERATION, suffix

Document = dict[str, Any]
Collection = AsyncCollection[Document]

DUPLICATE_KEY = 11000

PAIRS_INDEX = "pairs"
WORDS_INDEX = "words"

INDEXING_LIMIT = 3_600.0
"""Seconds; a million tickets take minutes."""


@dataclass(frozen=True)
class Collections:
    """The collections of one generation: data first, then what says how far it goes."""

    tickets: Collection
    timeline: Collection
    counters: Collection
    quarantine: Collection
    positions: Collection
    first_fill: Collection

    @classmethod
    def of(cls, database: AsyncDatabase[Document], generation: int = FIRST_GENERATION) -> "Collections":
        """Return the collections with their read and write concerns."""
        local, end = ReadConcern("local"), suffix(generation)

        def collection(name: str) -> Collection:
            durable = WriteConcern("majority", j=True)
            return database.get_collection(name + end, write_concern=durable, read_concern=local)

        return cls(**{each.name: collection(each.name) for each in fields(cls)})


async def drop_generation(database: AsyncDatabase[Document], generation: int) -> None:
    """Drop all collections of a generation."""
    for each in fields(Collections):
        await database.drop_collection(each.name + suffix(generation))


def list_index(sort: Sort) -> str:
    """Return the name of the index that serves every filter in this order."""
    return f"facets_{sort.field}_{'desc' if sort.descending else 'asc'}"


def bucket_field(name: str) -> str:
    """Return the field that holds the buckets of the time `name`."""
    return f"{name.removesuffix('_at')}_in"


def bucket_index(sort: Sort) -> str:
    """Return the name of the index that serves ranges of the other time in this order."""
    return f"{bucket_field(sort.other.field)}_{sort.field}_{'desc' if sort.descending else 'asc'}"


async def index_for_reads(collections: Collections) -> None:
    """Create what indexes of lists and searches are missing; lists are served before searches are.

    Made over tickets that are there they cost a fraction of what they cost ticket by ticket, but may take minutes
    where there are millions.
    """
    await _index_for_lists(collections)
    await _index_for_searches(collections)


async def _index_for_lists(collections: Collections) -> None:
    """Four serve all lists: any filter's facet, then the order, ties by id.

    Four more serve a wide range of the time that is not sorted by, and one combinations that few tickets match. It
    holds no time, so most changes of a ticket leave it alone. Lists that need none of these are served before.
    """
    ordered = [_ordered("facets", sort, list_index(sort)) for sort in Sort]
    buckets = [_ordered(bucket_field(sort.other.field), sort, bucket_index(sort)) for sort in Sort]
    pairs = IndexModel([("pairs", 1)], name=PAIRS_INDEX)
    with timeout(INDEXING_LIMIT):
        for lots in ((ordered[:2], ordered[2:]), (buckets, [pairs])):  # two at a time: each is built on one core
            await together(collections.tickets.create_indexes(lot) for lot in lots)


async def _index_for_searches(collections: Collections) -> None:
    """One serves all searches; new tickets alone change it."""
    words = IndexModel([("words", 1), ("born", -1)], name=WORDS_INDEX, sparse=True)
    with timeout(INDEXING_LIMIT):
        await collections.tickets.create_indexes([words])


async def index_for_ingest(collections: Collections) -> None:
    """Create the indexes that ingest itself needs, and that of histories."""
    await collections.tickets.create_indexes(
        [IndexModel([("kind", 1), ("_id", 1)], name="erased", partialFilterExpression={"kind": "erased"})]
    )
    await collections.timeline.create_indexes([IndexModel([("ticket_id", 1), ("version", 1)], name="by_version")])


def _ordered(lead: str, sort: Sort, name: str) -> IndexModel:
    return IndexModel([(lead, 1), (sort.field, -1 if sort.descending else 1), ("_id", 1)], name=name)

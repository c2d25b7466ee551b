"""What a list asks for, in MongoDB's words."""

from collections.abc import Iterable

from pymongo import ASCENDING, DESCENDING

from query_service.adapters.mongo_schema import Document, bucket_field
from query_service.domain.facets import ANY_TICKET, wanted_facets
from query_service.domain.listing import ListQuery, Sort, TicketFilter
from query_service.domain.words import FORMS, post_of


def order_of(sort: Sort) -> list[tuple[str, int]]:
    """Return MongoDB's form of an order."""
    return [(sort.field, DESCENDING if sort.descending else ASCENDING), ("_id", ASCENDING)]


def led_by(lead: list[str], query: ListQuery) -> Document:
    """Return the whole condition for an index on facets, of which the facets `lead` and no others bound the scan."""
    checks = [_is_one_of(choice) for choice in wanted_facets(query.filter) if choice not in (lead, [ANY_TICKET])]
    return {"$and": [{"facets": {"$in": lead}}, *_times(query.filter), *_behind(query), *checks]}


def paired(numbers: list[int], query: ListQuery) -> Document:
    """Return the whole condition for the index on pairs."""
    checks: list[Document] = [{"facets": {"$in": choice}} for choice in wanted_facets(query.filter)]
    return {"$and": [{"pairs": {"$in": numbers}}, *checks, *_times(query.filter), *_behind(query)]}


def bucketed(buckets: list[str], query: ListQuery) -> Document:
    """Return the whole condition for an index on buckets of the time that is not sorted by."""
    checks = [_is_one_of(choice) for choice in wanted_facets(query.filter) if choice != [ANY_TICKET]]
    lead = bucket_field(query.sort.other.field)
    return {"$and": [{lead: {"$in": buckets}}, *_times(query.filter), *_behind(query), *checks]}


def within(name: str, wanted: TicketFilter) -> Document:
    """Return the condition on one of the times alone, empty where there is none."""
    since, before = wanted.bounds(name)
    given = {operator: time for operator, time in (("$gte", since), ("$lt", before)) if time is not None}
    return {name: given} if given else {}


def filtered(wanted: TicketFilter) -> list[Document]:
    """Return what a filter asks for as conditions, for an index that has nothing to do with it."""
    choices = [choice for choice in wanted_facets(wanted) if choice != [ANY_TICKET]]
    return [{"facets": {"$in": choice}} for choice in choices] + _times(wanted)


def having(words: Iterable[str], forms: Iterable[str] = FORMS) -> list[Document]:
    """Return the conditions that a ticket has all the words, in one of the forms, which do not bound a scan."""
    return [
        {"$expr": {"$or": [{"$in": [post_of(word, form), {"$ifNull": ["$words", []]}]} for form in forms]}}
        for word in words
    ]


def _is_one_of(choice: list[str]) -> Document:
    # An expression and not a plain condition: MongoDB would take either for the bounds of the scan, as it likes.
    return {"$expr": {"$or": [{"$in": [{"$literal": facet}, "$facets"]} for facet in choice]}}


def _times(wanted: TicketFilter) -> list[Document]:
    return [found for name in ("created_at", "updated_at") if (found := within(name, wanted))]


def _behind(query: ListQuery) -> list[Document]:
    """Return the condition in two parts: the first bounds the index scan, the second sorts out equal times."""
    if query.after is None:
        return []
    place = query.after
    name, beyond = query.sort.field, "$lt" if query.sort.descending else "$gt"
    return [
        {name: {beyond + "e": place.time}},
        {"$or": [{name: {beyond: place.time}}, {"_id": {"$gt": place.ticket_id}}]},
    ]

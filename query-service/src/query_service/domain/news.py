"""What changes in the read model, and which changes an answer that is kept does not outlive.

An answer is a list, a ticket or a dashboard. It is dropped rather once too often than once too seldom.
"""

from dataclasses import dataclass
from datetime import datetime

from query_service.domain.facets import facets_of, wanted_facets
from query_service.domain.listing import ListQuery, Place, Sort
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, TicketView

ANY_TICKET_NEWS = "any ticket"
COUNTERS_NEWS = "counters"
AS_OF_NEWS = "as of"


@dataclass(frozen=True, slots=True)
class News:
    """What is another one now: `keys` name it, a ticket by its id.

    The rest is of a ticket that lists show: its facets and times as they are now.
    """

    keys: tuple[str, ...]
    facets: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def key_in(self, sort: Sort) -> tuple[float, str]:
        """Return where the ticket stands in an order; for a ticket that lists show."""
        time = self.created_at if sort.field == "created_at" else self.updated_at
        assert time is not None  # noqa: S101 - whatever has facets has times
        return _key(sort, time, self.keys[0])


COUNTERS_MOVED = News((COUNTERS_NEWS,))
AS_OF_MOVED = News((AS_OF_NEWS,))


def ticket_news(
    ticket_id: str, facets: tuple[str, ...], created_at: datetime | None, updated_at: datetime | None
) -> News:
    """Return the news of a ticket; of one that no list shows, without facets and times."""
    return News((ticket_id, ANY_TICKET_NEWS), facets, created_at, updated_at)


def news_of(record: TicketView | ParkedBeforeBirth | ErasedTicket) -> News:
    """Return the news that a view or marker is."""
    if isinstance(record, TicketView):
        return ticket_news(record.id, tuple(facets_of(record)), record.created_at, record.updated_at)
    return ticket_news(record.id, (), None, None)


@dataclass(frozen=True, slots=True)
class Span:
    """The part of an order that a page shows: behind `first`, up to `last`; None is without an end."""

    sort: Sort
    first: tuple[float, str] | None
    last: tuple[float, str] | None

    def holds(self, news: News) -> bool:
        """Say whether the ticket stands in this part now."""
        key = news.key_in(self.sort)
        return (self.first is None or key > self.first) and (self.last is None or key <= self.last)


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an answer was made of: anything new under `keys`, or a ticket with one of `facets` that stands in `span`."""

    keys: tuple[str, ...]
    facets: tuple[str, ...] = ()
    span: Span | None = None

    def is_touched_by(self, news: News) -> bool:
        """Say whether the answer may be another one now."""
        if any(key in self.keys for key in news.keys):
            return True
        return self.span is not None and any(f in news.facets for f in self.facets) and self.span.holds(news)


def of_page(query: ListQuery, places: list[Place]) -> Dependence:
    """Return what a page depends on, of which `places` were read, the one behind its last included if there is one.

    One of the filter's facets is looked at, so news of a ticket that others exclude drops the page as well. Behind a
    skip any ticket may move the page: what it was before is not known.
    """
    shown = tuple(place.ticket_id for place in places)
    if query.skip:
        return Dependence((*shown, ANY_TICKET_NEWS))
    first = None if query.after is None else _key(query.sort, query.after.time, query.after.ticket_id)
    last = _key(query.sort, places[-1].time, places[-1].ticket_id) if len(places) > query.limit else None
    return Dependence(shown, tuple(wanted_facets(query.filter)[0]), Span(query.sort, first, last))


def of_ticket(ticket_id: str) -> Dependence:
    """Return what a ticket in full depends on."""
    return Dependence((ticket_id,))


OF_ANY_TICKET = Dependence((ANY_TICKET_NEWS,))
OF_DASHBOARD = Dependence((COUNTERS_NEWS, AS_OF_NEWS))
OF_DAILY = Dependence((COUNTERS_NEWS,))


def _key(sort: Sort, time: datetime, ticket_id: str) -> tuple[float, str]:
    return (-time.timestamp() if sort.descending else time.timestamp()), ticket_id

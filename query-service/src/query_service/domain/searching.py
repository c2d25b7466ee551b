"""What a search asks for, how what it finds is ranked, and where the next page goes on."""

from collections.abc import Collection
from dataclasses import dataclass, field

from query_service.domain.listing import TicketFilter
from query_service.domain.routes import Route
from query_service.domain.words import FORMS, LONG_FORMS, TITLE_FORMS, post_of

WORDS_MAX = 8


@dataclass(frozen=True, order=True)
class Rank:
    """A place in the order of a search that ranks all it finds: the least comes first.

    Most words in the subject or external id first, then short texts, then the newest; ties go by id.
    """

    elsewhere: int
    is_long: bool
    age: int
    ticket_id: str


@dataclass(frozen=True)
class Scan:
    """A place in a search that takes tickets as the index holds them.

    `route` names what is read, `stretch` is the number of the part of it that is at hand, `behind` what the last ticket
    looked at was `born` as, `skip` how many of those that match are still left out.
    """

    route: Route
    stretch: int = 0
    behind: int | None = None
    skip: int = 0


@dataclass(frozen=True)
class SearchQuery:
    """One page of the tickets that have all `words` and pass the filter, behind `after` or the first `skip`."""

    words: tuple[str, ...]
    filter: TicketFilter = field(default_factory=TicketFilter)
    limit: int = 20
    after: Rank | Scan | None = None
    skip: int = 0


@dataclass(frozen=True)
class SearchPage:
    """Tickets as JSON; `next` is None where there are no more.

    `complete` says that they come in the order of `Rank`. Otherwise more match than one search may look at: they come
    by where the rarest word is, and a page may be short of its limit, or empty, although there is a next one.
    """

    items: list[bytes]
    next: Rank | Scan | None
    complete: bool


def rank_of(words: Collection[str], posts: Collection[object], number: int, ticket_id: str) -> Rank:
    """Return the rank of a ticket that is posted under `posts` and was `born` as `number`."""
    elsewhere = sum(not any(post_of(word, form) in posts for form in TITLE_FORMS) for word in words)
    is_long = any(post_of(word, form) in posts for word in words for form in LONG_FORMS)
    return Rank(elsewhere, is_long, -number, ticket_id)


def has_all(words: Collection[str], posts: Collection[object]) -> bool:
    """Say whether a ticket that is posted under `posts` has all the words."""
    return all(any(post_of(word, form) in posts for form in FORMS) for word in words)

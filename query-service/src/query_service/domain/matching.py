"""Whether a ticket passes a filter, decided on what the read model keeps of it: the same answer as a list gives."""

from dataclasses import dataclass, field
from datetime import datetime

from query_service.domain.facets import wanted_facets
from query_service.domain.listing import TicketFilter
from query_service.domain.words import is_in


@dataclass(frozen=True)
class Interest:
    """Which tickets a listener is told of: those that pass the filter and have all the words."""

    filter: TicketFilter = field(default_factory=TicketFilter)
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """All that a filter asks about a ticket in one state."""

    facets: frozenset[str]
    created_at: datetime
    updated_at: datetime


class Matcher:
    """An interest, made ready to be asked often."""

    def __init__(self, interest: Interest) -> None:
        wanted = interest.filter
        self._words = interest.words
        self.leads = wanted_facets(wanted)[0]
        """Facets of which every ticket that passes has one."""
        self._choices = [frozenset(choice) for choice in wanted_facets(wanted)]
        self._created = wanted.bounds("created_at")
        self._updated = wanted.bounds("updated_at")

    def finds(self, text: str) -> bool:
        """Say whether a ticket with these words (`text_of`) has all that are asked for; it has them ever after."""
        return all(is_in(word, text) for word in self._words)

    def passes(self, traits: Traits) -> bool:
        """Say whether a ticket in this state passes the filter."""
        return (
            not any(choice.isdisjoint(traits.facets) for choice in self._choices)
            and _is_within(traits.created_at, *self._created)
            and _is_within(traits.updated_at, *self._updated)
        )


def _is_within(time: datetime, since: datetime | None, before: datetime | None) -> bool:
    return (since is None or since <= time) and (before is None or time < before)

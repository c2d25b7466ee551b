"""Whether a ticket passes a filter, decided on what the read model keeps of it: the same answer as a list gives."""

from dataclasses import dataclass
from datetime import datetime

from query_service.domain.facets import wanted_facets
from query_service.domain.listing import TicketFilter


@dataclass(frozen=True, slots=True)
class Traits:
    """All that a filter asks about a ticket in one state."""

    facets: frozenset[str]
    created_at: datetime
    updated_at: datetime


class Matcher:
    """A filter, made ready to be asked often."""

    def __init__(self, wanted: TicketFilter) -> None:
        self.leads = wanted_facets(wanted)[0]
        """Facets of which every ticket that passes has one."""
        self._choices = [frozenset(choice) for choice in wanted_facets(wanted)]
        self._created = wanted.bounds("created_at")
        self._updated = wanted.bounds("updated_at")

    def passes(self, traits: Traits) -> bool:
        """Say whether a ticket in this state passes."""
        return (
            not any(choice.isdisjoint(traits.facets) for choice in self._choices)
            and _is_within(traits.created_at, *self._created)
            and _is_within(traits.updated_at, *self._updated)
        )


def _is_within(time: datetime, since: datetime | None, before: datetime | None) -> bool:
    return (since is None or since <= time) and (before is None or time < before)

"""Consistency tokens: what was written, carried into the reads that must include it."""

from collections.abc import Sequence
from typing import NamedTuple

from ticket_client.values import listed

TOKEN_LIMIT = 50
"""Tickets that one read may name."""


class Reading(NamedTuple):
    """How a read treats what it must include: consistency tokens of earlier commands and how long to wait for them."""

    tokens: str | Sequence[str] = ()
    """At most 50 (a bare string is one), beside those that the session remembers."""
    wait: int | None = None
    """Seconds, 10 at most; None leaves it to the service (2)."""
    lenient: bool = False
    """Take the answer as it is when the time is up, instead of ReadModelBehind or TicketParked."""

    def headers(self, remembered: Sequence[str] = ()) -> dict[str, str]:
        """The request headers that say so; of the `remembered` tokens the latest, as far as there is room."""
        own = listed(self.tokens)
        room = max(0, TOKEN_LIMIT - len(own))
        tokens = [*remembered[max(0, len(remembered) - room) :], *own]
        preferences = [f"wait={self.wait}"] if self.wait is not None else []
        preferences += ["handling=lenient"] if self.lenient else []
        headers = {"consistency-token": ",".join(tokens)} if tokens else {}
        return headers | ({"prefer": ", ".join(preferences)} if preferences else {})


ANY_STATE = Reading()


class Tokens:
    """What was written: the newest version of each of the tickets that were written last, at most 50."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}

    def add(self, token: str) -> None:
        """Remember a token, `<ticket id>:<version>`. An answer that was overtaken takes nothing back."""
        ticket_id, _, version = token.rpartition(":")
        known = self._versions.pop(ticket_id, 0)
        self._versions[ticket_id] = max(known, int(version))
        if len(self._versions) > TOKEN_LIMIT:
            del self._versions[next(iter(self._versions))]

    def all(self) -> list[str]:
        """Every token, in the order of the last writes."""
        return [f"{ticket_id}:{version}" for ticket_id, version in self._versions.items()]

    def of(self, ticket_id: str) -> list[str]:
        """The token of one ticket, if it was written; the id may be in either case."""
        version = self._versions.get(ticket_id.lower())
        return [] if version is None else [f"{ticket_id.lower()}:{version}"]

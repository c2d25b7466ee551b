"""The consistency token: which versions of which tickets a reader has to see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_TICKETS = 50

_VERSION_MAX = 2**31 - 1
_ITEM = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([1-9][0-9]{0,9})", re.ASCII)


class MalformedToken(ValueError):
    """The header is no list of 1 to 50 `<ticket id>:<version>`."""


@dataclass(frozen=True)
class ConsistencyToken:
    """The wanted version by ticket id, 1 to 50 of them."""

    versions: Mapping[str, int]

    @property
    def keys(self) -> dict[str, tuple[str, int]]:
        """The timeline key of each wanted version, and what it stands for."""
        return {f"{ticket_id}:{version}": (ticket_id, version) for ticket_id, version in self.versions.items()}


def parse_token(text: str) -> ConsistencyToken:
    """Return the token of a header's text; raises MalformedToken.

    Ids are taken in either case. Of a ticket named twice the higher version counts.
    """
    items = [item.strip(" \t") for item in text.split(",")]
    if len(items) > MAX_TICKETS:
        raise MalformedToken(f"at most {MAX_TICKETS} tickets")
    versions: dict[str, int] = {}
    for item in items:
        match = _ITEM.fullmatch(item.lower())
        if match is None or int(match[2]) > _VERSION_MAX:
            raise MalformedToken("1 to 50 of <ticket id>:<version>, comma-separated")
        ticket_id, version = match[1], int(match[2])
        versions[ticket_id] = max(version, versions.get(ticket_id, 0))
    return ConsistencyToken(versions)

"""From what a change breaks to what the gate says: may it pass, in which order is it deployed, what to do instead."""

from dataclasses import dataclass
from enum import StrEnum

from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Break, Kind


class Order(StrEnum):
    """Who may be deployed first."""

    ANY = "either side first"
    CONSUMERS = "consumers first"
    PRODUCERS = "producers first"
    NONE = "no order works"


_ORDERS: dict[frozenset[Break], Order] = {
    NOBODY: Order.ANY,
    OLD_READERS: Order.CONSUMERS,
    NEW_READERS: Order.PRODUCERS,
    BOTH: Order.NONE,
}


@dataclass(frozen=True)
class Finding:
    """One change of one contract, judged. `contract`: a file under contracts/, or a topic; `path`: where inside."""

    contract: str
    path: str
    what: str
    breaks: frozenset[Break]
    refused: bool
    instead: str = ""

    @property
    def order(self) -> Order:
        """In which order both sides can be deployed with this change."""
        return _ORDERS[self.breaks]


def order_of(findings: list[Finding]) -> Order:
    """Return the order of deployment in which none of the changes breaks anybody."""
    return _ORDERS[NOBODY.union(*(finding.breaks for finding in findings))]


GENERAL = {
    Kind.ADDED: "",
    Kind.REMOVED: "leave the field in the model, optional, and stop writing it",
    Kind.RENAMED: "leave the old name as it is, add the new one beside it as an optional field, and write both",
    Kind.REQUIRED: "give the field a default that is true of all messages that lack it",
    Kind.NARROWED: "leave the contract's limit as it is and hold the narrower one where the value is made",
    Kind.WIDENED: "add an optional field beside it for what does not fit",
    Kind.RETYPED: "leave the field as it is and add an optional one of the new form beside it",
    Kind.DEFAULT: "leave the default as it is and write the new value in each message",
    Kind.MEANING: "leave the field as it is and add an optional one with the new unit or meaning beside it",
    Kind.UNJUDGED: "say it in a simpler form; docs/compatibility.md lists what the gate reads",
}
"""What a team does instead of a breaking change, where nothing more particular is known."""

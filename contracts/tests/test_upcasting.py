"""An old version of an event is brought up step by step before it is read."""

from ticket_contracts.events import TicketAssigned
from ticket_contracts.model import JsonObject
from ticket_contracts.upcasting import UPCASTERS, parse_event


def test_version_1_is_the_only_one_so_far() -> None:
    assert UPCASTERS == {}


def test_upcasters_are_chained_up_to_a_known_type() -> None:
    def from_alpha(data: JsonObject) -> tuple[str, JsonObject]:
        return "tickets.TicketAssigned.v0", {"team": data["team"], "agent": None}

    def from_v0(data: JsonObject) -> tuple[str, JsonObject]:
        return TicketAssigned.TYPE, {"group": data["team"], "assignee": data["agent"]}

    upcasters = {"tickets.TicketAssigned.alpha": from_alpha, "tickets.TicketAssigned.v0": from_v0}
    event = parse_event("tickets.TicketAssigned.alpha", {"team": "net"}, upcasters)
    assert event == TicketAssigned(group="net", assignee=None)

"""The older versions of events: how each becomes the next one. Nothing else in the code knows what they looked like.

An entry stays for ever, as the log does. It turns the JSON of version k into that of version k + 1, and never
changes: what becomes of k + 1 is the next entry's business. The schemas and samples of both versions test it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ticket_contracts.model import JsonObject


class CannotUpcast(ValueError):
    """A field that the next version is made of is missing, or nothing can be made of it; the message is its name."""


Upcaster = Callable[[JsonObject], tuple[str, JsonObject]]
"""Takes the data of one version; returns the type of the next and its data, or raises CannotUpcast, nothing else."""


def _ticket_created_v1(data: JsonObject) -> tuple[str, JsonObject]:
    """The customer was a bare id; nothing was known of how to reach them."""
    rest = {name: value for name, value in data.items() if name != "customer_id"}
    return "tickets.TicketCreated.v2", rest | {"customer": {"id": _given(data, "customer_id"), "contact": None}}


def _given(data: JsonObject, field: str) -> Any:
    if field not in data:
        raise CannotUpcast(field)
    return data[field]


UPCASTERS: Mapping[str, Upcaster] = {
    "tickets.TicketCreated.v1": _ticket_created_v1,
}

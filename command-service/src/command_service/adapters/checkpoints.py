"""The ticket itself, kept with every hundredth of its events: however many it has, few are replayed (docs/adr/0017)."""

from pydantic import TypeAdapter

from command_service.domain.ticket import Ticket
from ticket_chassis.mongo import Document

EVERY = 100
"""Events of a ticket from one checkpoint to the next."""

FORM = 1
"""Of what is kept: to be raised when Ticket or `evolve` changes, for one of another form is left unread."""

_TICKET = TypeAdapter(Ticket)


def checkpoint_of(ticket: Ticket) -> Document | None:
    """Return what goes with the event that made the ticket what it is; None with most."""
    if ticket.version % EVERY:
        return None
    return {"form": FORM, "ticket": _TICKET.dump_python(ticket, mode="json")}


def checkpointed(kept: Document | None) -> Ticket | None:
    """Return the ticket that was kept, if one was, in the form of today."""
    if kept is None or kept["form"] != FORM:
        return None
    return _TICKET.validate_python(kept["ticket"])

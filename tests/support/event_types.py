"""The types that events travel under today, by the events' names."""

from ticket_contracts.events import EVENTS

NEWEST = {event.name(): event.TYPE for event in EVENTS}


def type_of(name: str) -> str:
    """Return the newest type of an event; an unknown name gets a first version, as a new event's has."""
    return NEWEST.get(name, f"tickets.{name}.v1")

"""One entry of a ticket's history, as tickets.timeline.v1 carries it."""

from pydantic import Field

from ticket_contracts.fields import EventId, TicketId, Version, Visibility
from ticket_contracts.model import Contract, EventData, Timestamp


class HistoryEntry(Contract):
    """What a reader sees of one event: a pure function of it."""

    version: Version
    type: str = Field(min_length=1, max_length=200, description="Name of the event, such as TicketCreated")
    occurred_at: Timestamp = Field(description="When it happened")
    recorded_at: Timestamp = Field(description="When it was stored")
    visibility: Visibility = Field(description="internal entries are never shown to the customer")
    data: EventData = Field(description="What the event says, in the form that readers know; text opened")


class TimelineEntry(HistoryEntry):
    """The message on the topic, under the key `<ticket id>:<version>`."""

    ticket_id: TicketId
    event_id: EventId

    @property
    def key(self) -> str:
        """The record key, and the entry's id in every database."""
        return timeline_key(self.ticket_id, self.version)


def timeline_key(ticket_id: str, version: int) -> str:
    """Return `<ticket id>:<version>`."""
    return f"{ticket_id}:{version}"

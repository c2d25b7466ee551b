"""The JSON of a ticket and of a timeline entry, made once at ingest and served as bytes ever after.

A ticket is kept in three fragments so that list, detail and export share them without a byte stored twice:
`item` is a whole object, `body` and `recent` are members that go before its closing brace.
"""

from dataclasses import dataclass

from pydantic import TypeAdapter

from ticket_contracts.timeline import HistoryEntry, TimelineEntry
from ticket_contracts.views import TicketView

DOCUMENT_FORM = 1
"""Raised when a ticket's JSON changes while its version stays: a field more, or another text of one. It goes into the
ETag from 2 on, so that nobody is told that what they have of an older form is still right."""

_NOT_IN_ITEM = {"kind", "message", "resolution", "first_resolved_at", "recent", "partition", "offset", "event_id"}
_NOT_IN_ITEM_UNLESS_PARKED = _NOT_IN_ITEM | {"stale"}
_RECENT: TypeAdapter[tuple[HistoryEntry, ...]] = TypeAdapter(tuple[HistoryEntry, ...])


@dataclass(frozen=True)
class TicketDocument:
    """The prepared JSON of one ticket."""

    item: bytes
    body: bytes
    recent: bytes

    def detail(self) -> bytes:
        """Return what GET /tickets/{id} answers."""
        return b"".join((self.item[:-1], b",", self.body, b",", self.recent, b"}"))

    def exported(self) -> bytes:
        """Return the ticket as a line of the export, without a line end: the detail but for `recent`."""
        return b"".join((self.item[:-1], b",", self.body, b"}"))


def prepare_ticket(view: TicketView) -> TicketDocument:
    """Return the JSON fragments of a view; `stale` is there on a parked ticket only."""
    to_json = view.__pydantic_serializer__.to_json
    return TicketDocument(
        item=to_json(view, exclude=_NOT_IN_ITEM if view.stale else _NOT_IN_ITEM_UNLESS_PARKED),
        body=to_json(view, include={"message", "resolution"})[1:-1],
        recent=b'"recent":' + _RECENT.dump_json(view.recent),
    )


def prepare_entry(entry: TimelineEntry) -> bytes:
    """Return the JSON of one entry of GET /tickets/{id}/timeline."""
    return entry.__pydantic_serializer__.to_json(entry, exclude={"ticket_id", "event_id"})


def json_array(items: list[bytes]) -> bytes:
    """Return the JSON array of documents that are JSON already."""
    return b"[" + b",".join(items) + b"]"

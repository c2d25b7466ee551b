"""Which models there are to make schemas of, and which of them a topic holds."""

from pydantic import BaseModel

from ticket_contracts.generations import GenerationNotice
from ticket_contracts.stats import StatsRecord
from ticket_contracts.text import TextKey
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import Topic
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, TicketView
from ticket_contracts.watermarks import Watermark

DOCUMENT_MODELS: dict[str, type[BaseModel]] = {
    model.__name__: model
    for model in (
        TicketView,
        ParkedBeforeBirth,
        ErasedTicket,
        TimelineEntry,
        StatsRecord,
        Watermark,
        TextKey,
        GenerationNotice,
    )
}


def documents_of(topic: Topic) -> list[str]:
    """Return the names of the document models that the topic's messages have; none where it holds other things."""
    return [name for name in topic.message.split(" | ") if name in DOCUMENT_MODELS]

"""What others put on the topics: a gap and what fills it, bytes that nobody can read, a marker of erasure."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.support.projector import CREATED, envelope, new_id
from ticket_contracts.control import Drop, control_message
from ticket_contracts.envelope import Envelope
from ticket_contracts.fields import Visibility
from ticket_contracts.partitioning import partition_of
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import EVENTS, TIMELINE, VIEWS, WATERMARKS
from ticket_contracts.views import ErasedTicket

NOTE = {"note": "smells", "author": None}
UNREADABLE = b"\xff neither JSON nor UTF-8"


@dataclass
class Strangers:
    """Writes them behind a topic prefix, over a started producer; the tickets are ones that no client knows."""

    producer: AIOKafkaProducer
    prefix: str
    parked: str = field(default_factory=new_id)
    erased: str = field(default_factory=new_id)
    letter: bytes = field(default_factory=lambda: UNREADABLE + uuid.uuid4().bytes)
    quarantined: tuple[bytes, bytes] = field(default_factory=lambda: (uuid.uuid4().bytes, uuid.uuid4().bytes))

    async def leave_a_gap(self) -> None:
        """Send versions 1 and 3 of a ticket."""
        await self._event(1, "TicketCreated", CREATED)
        await self._event(3, "AgentNoteAdded", NOTE)

    async def ask_for_a_drop(self) -> None:
        """Send an operator's message that gives nothing up, for the version that it names is there."""
        request = Drop(operator="a stranger", reason="an experiment", version=1)
        await self._send(control_message(request, self.parked, new_id(), datetime.now(UTC)))

    async def fill_the_gap(self) -> None:
        """Send version 2 of that ticket."""
        await self._event(2, "AgentNoteAdded", NOTE)

    async def send_a_dead_letter(self) -> None:
        """Send an event that is of no ticket."""
        await self.producer.send_and_wait(self.prefix + EVENTS.name, self.letter, partition=0)

    async def send_unreadable_records(self) -> None:
        """Send two records to one of the topics that the query service reads."""
        for value in self.quarantined:
            await self.producer.send_and_wait(self.prefix + WATERMARKS.name, UNREADABLE + value, key=b"0", partition=0)

    async def erase(self) -> None:
        """Send a timeline entry of a ticket, and then the marker that the ticket was erased."""
        now, partition = datetime.now(UTC), partition_of(self.erased)
        entry = TimelineEntry(
            ticket_id=self.erased,
            event_id=new_id(),
            version=1,
            type="TicketCreated",
            occurred_at=now,
            recorded_at=now,
            visibility=Visibility.PUBLIC,
            data={},
        )
        marker = ErasedTicket(id=self.erased, version=2, partition=partition, offset=0, erased_at=now)
        for topic, key, record in ((TIMELINE, entry.key, entry), (VIEWS, self.erased, marker)):
            value = record.model_dump_json().encode()
            name = self.prefix + topic.name
            await self.producer.send_and_wait(name, value, key=key.encode(), partition=partition)

    async def _event(self, version: int, name: str, data: dict[str, Any]) -> None:
        # Of today, lest the days that have counts be more than one request may ask for.
        await self._send(envelope(self.parked, version, name, data, time=datetime.now(UTC)))

    async def _send(self, message: Envelope) -> None:
        partition = partition_of(self.parked)
        topic = self.prefix + EVENTS.name
        await self.producer.send_and_wait(topic, message.encode(), key=self.parked.encode(), partition=partition)

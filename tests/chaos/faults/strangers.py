"""Somebody who writes to the log of events, and should not: every message is noted in the history."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from tests.chaos.faults.poisons import CREATED, NOTE, event
from tests.chaos.history import History, Written
from tests.chaos.load.planning import Planner
from ticket_chassis.sealing import new_key, seal
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS


@dataclass
class Strangers:
    """Writes over a started producer; the ids of its tickets come from `planner`."""

    history: History
    producer: AIOKafkaProducer
    planner: Planner

    async def write(self, ticket: str, value: bytes, customer: str | None = None) -> int:
        """Write under a ticket's key, `customer` where this makes the ticket; returns the offset."""
        partition = partition_of(ticket)
        sent = await self.producer.send_and_wait(EVENTS.name, value, key=ticket.encode(), partition=partition)
        self.history.written.append(Written(partition, sent.offset, ticket, customer))
        return int(sent.offset)

    async def create(self) -> str:
        """Write the first event of a ticket that no command service knows; returns the ticket."""
        ticket, customer = self.planner.new_id(), f"{self.planner.run}-customer"
        await self.write(ticket, event(ticket, 1, "TicketCreated", CREATED | {"customer_id": customer}), customer)
        return ticket

    async def leave_a_gap(self) -> str:
        """Write a ticket's versions 1 and 4; returns the ticket."""
        ticket = await self.create()
        await self.write(ticket, event(ticket, 4, "TicketClosed", {}))
        return ticket

    async def seal(self) -> tuple[str, TextKey]:
        """Write a ticket whose second event is sealed; returns it with the key, which nobody else has."""
        ticket, kid, key = await self.create(), self.planner.new_id(), new_key()
        note = {"note": seal("smells", ticket, kid, key).model_dump(), "author": None}
        await self.write(ticket, event(ticket, 2, "AgentNoteAdded", note))
        await self.write(ticket, event(ticket, 3, "AgentNoteAdded", NOTE))
        return ticket, TextKey(kid=kid, version=1, key=b64encode(key).decode(), created_at=datetime.now(UTC))

    async def publish(self, key: TextKey) -> None:
        """Bring a key to where the projector finds it."""
        value = key.model_dump_json().encode()
        await self.producer.send_and_wait(TEXT_KEYS.name, value, key=key.kid.encode())

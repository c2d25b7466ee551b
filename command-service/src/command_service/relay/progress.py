"""How far the relay is: what was delivered, what Kafka has acknowledged, and what that proves about the store."""

import asyncio
from collections import deque
from datetime import datetime

from command_service.relay.outbox import Delivery
from command_service.relay.position import Position, Token

IN_FLIGHT_MAX = 8


class Progress:
    """Deliveries on their way to Kafka, in order. Everything up to `position` is acknowledged.

    `stored_until`: every event stored before this time, by the database's clock, is acknowledged. `quiet`: nothing
    came after it.
    """

    def __init__(self) -> None:
        self._in_flight: deque[tuple[Delivery, asyncio.Future[list[None]] | None]] = deque()
        self._arrived = asyncio.Event()
        self._settled = asyncio.Condition()
        self.token: Token | None = None
        self.position: Position = (0, 0)
        self.stored_until: datetime | None = None
        self.quiet = False
        self.events = 0

    def oldest_unacknowledged(self) -> datetime | None:
        """Return when the oldest event was stored that Kafka has not acknowledged, None if there is none."""
        return next((delivery.oldest for delivery, _ in self._in_flight if delivery.oldest is not None), None)

    async def add(self, delivery: Delivery, acknowledged: "asyncio.Future[list[None]] | None") -> None:
        """Take a delivery that was handed to the producer; waits while too many are unacknowledged."""
        async with self._settled:
            await self._settled.wait_for(lambda: len(self._in_flight) < IN_FLIGHT_MAX)
        self._in_flight.append((delivery, acknowledged))
        self._arrived.set()

    async def settle(self) -> None:
        """Move on behind acknowledged deliveries, for ever; raises what the producer says of a failed one."""
        while True:
            while self._in_flight:
                delivery, acknowledged = self._in_flight[0]
                if acknowledged is not None:
                    await acknowledged
                self._in_flight.popleft()
                await self._move(delivery)
            self._arrived.clear()
            await self._arrived.wait()

    async def reached(self, position: Position) -> None:
        """Wait until everything up to `position` is acknowledged."""
        async with self._settled:
            await self._settled.wait_for(lambda: self.position >= position)

    def abandon(self) -> None:
        """Let go of what is unacknowledged: the next leader sends it again."""
        for _, acknowledged in self._in_flight:
            if acknowledged is not None:
                acknowledged.cancel()

    async def _move(self, delivery: Delivery) -> None:
        self.token, self.position = delivery.token, delivery.position
        self.stored_until = delivery.stored_until or self.stored_until
        self.quiet = not delivery.events
        self.events += len(delivery.events)
        async with self._settled:
            self._settled.notify_all()

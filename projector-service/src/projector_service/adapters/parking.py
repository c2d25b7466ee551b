"""What operators read of parked tickets, from the projector's own database."""

from pymongo.asynchronous.database import AsyncDatabase

from ticket_chassis.mongo import Document


class ParkingStore:
    """Reads the parked tickets and what waits with them."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._db = database

    async def tickets(self) -> list[tuple[str, str]]:
        """Return id and reason of each parked ticket, those that wait longest first."""
        cursor = self._db.parked_tickets.find().sort([("since", 1), ("_id", 1)])
        return [(d["_id"], f"{d['fault']}: {d['detail']}") async for d in cursor]

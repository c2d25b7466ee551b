"""Text keys on MongoDB: one per customer, made at first use, durable before anything is sealed under them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from command_service.adapters.coalescer import Coalescer
from command_service.adapters.mongo_errors import DUPLICATE_KEY, away_on_error
from command_service.lru import LruCache
from command_service.ports import CustomerKey
from ticket_chassis.mongo import Document
from ticket_chassis.sealing import new_key
from ticket_contracts.model import to_utc_ms

COLLECTION = "text_keys"
CAPACITY = 20_000


async def make_index(keys: AsyncCollection[Document]) -> None:
    """Make the index of the keys if it is not there."""
    await keys.create_index([("customer_id", ASCENDING)], unique=True, name="customer")


class MongoTextKeys:
    """`TextKeys` over a database of its own, with a bounded cache. `clock` gives aware times."""

    def __init__(self, database: AsyncDatabase[Document], clock: Callable[[], datetime]) -> None:
        self._keys = database[COLLECTION]
        self._clock = clock
        self._indexed = False
        self._by_customer: LruCache[str, CustomerKey] = LruCache(CAPACITY)
        self._by_id: LruCache[str, CustomerKey] = LruCache(CAPACITY)
        self._customers: Coalescer[str, CustomerKey] = Coalescer(self._find_or_make)
        self._ids: Coalescer[str, CustomerKey | None] = Coalescer(self._find)

    def forget(self) -> None:
        """Ask the database again for every key, and for the index: it may be another database."""
        self._indexed = False
        self._by_customer.clear()
        self._by_id.clear()

    async def of_customer(self, customer_id: str) -> CustomerKey:
        """Return the customer's key, made now if there was none."""
        return self._by_customer.get(customer_id) or await self._customers.submit(customer_id)

    async def by_id(self, kid: str) -> CustomerKey:
        """Return the key of this id; raises LookupError where there is none."""
        key = self._by_id.get(kid) or await self._ids.submit(kid)
        if key is None:
            raise LookupError(f"no text key {kid}")
        return key

    async def by_ids(self, kids: Sequence[str]) -> list[CustomerKey]:
        """Return the keys of these ids, in one round trip; raises LookupError where one is missing."""
        found = await self._find(kids)
        if None in found:
            raise LookupError(f"no text key {kids[found.index(None)]}")
        return [key for key in found if key is not None]

    async def _find_or_make(self, customers: Sequence[str]) -> list[CustomerKey]:
        with away_on_error():
            have = await self._read_customers(customers)
            missing = [customer for customer in dict.fromkeys(customers) if customer not in have]
            if missing:
                have |= await self._make(missing)
            # Another instance may have been first: then its key holds.
            if beaten := [customer for customer in missing if customer not in have]:
                have |= await self._read_customers(beaten)
        for customer, key in have.items():
            self._by_customer.put(customer, key)
        return [have[customer] for customer in customers]

    async def _make(self, customers: Sequence[str]) -> dict[str, CustomerKey]:
        """Return the keys made, without those of customers who have one already."""
        now = to_utc_ms(self._clock())
        if not self._indexed:
            await make_index(self._keys)
            self._indexed = True
        rows: list[Document] = [
            {"_id": str(uuid4()), "customer_id": who, "key": new_key(), "created_at": now} for who in customers
        ]
        refused: set[int] = set()
        try:
            await self._keys.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            if details.get("writeConcernErrors") or any(e["code"] != DUPLICATE_KEY for e in details["writeErrors"]):
                raise
            refused = {e["index"] for e in details["writeErrors"]}
        return {row["customer_id"]: _to_key(row) for index, row in enumerate(rows) if index not in refused}

    async def _read_customers(self, customers: Sequence[str]) -> dict[str, CustomerKey]:
        cursor = self._keys.find({"customer_id": {"$in": list(customers)}})
        return {row["customer_id"]: _to_key(row) async for row in cursor}

    async def _find(self, kids: Sequence[str]) -> list[CustomerKey | None]:
        with away_on_error():
            found = {row["_id"]: _to_key(row) async for row in self._keys.find({"_id": {"$in": list(kids)}})}
        for kid, key in found.items():
            self._by_id.put(kid, key)
        return [found.get(kid) for kid in kids]


def _to_key(row: Document) -> CustomerKey:
    return CustomerKey(row["_id"], row["key"], row["created_at"])

"""`python -m tests.load.baseline.app MONGO_URI DATABASE PORT`: the baseline as a process."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from tests.load.baseline.models import Dashboard, Detail, Filters, Item, NewReply, NewTicket, Written
from tests.load.baseline.store import Document, NoSuchTicket, Store, connect
from tests.load.baseline.web import serve


def create_app(mongo_uri: str, database: str) -> FastAPI:
    """Return the app on that database; its indexes are made when it starts."""
    db = connect(mongo_uri, database)
    store = Store(db)

    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        await store.prepare()
        yield
        await db.client.close()

    app = FastAPI(title="Tickets: baseline", lifespan=run)

    @app.post("/tickets", status_code=201)
    async def create_ticket(body: NewTicket) -> Written:
        return _written(await store.create(body))

    @app.post("/tickets/{ticket_id}/replies")
    async def add_reply(ticket_id: str, body: NewReply) -> Written:
        try:
            return _written(await store.reply(ticket_id, body))
        except NoSuchTicket:
            raise HTTPException(404, "Ticket not found") from None

    @app.get("/tickets", response_model=list[Item])
    async def list_tickets(filters: Annotated[Filters, Query()]) -> Any:
        return await store.page(filters)

    @app.get("/tickets/{ticket_id}", response_model=Detail)
    async def show_ticket(ticket_id: str) -> Any:
        try:
            return await store.find(ticket_id)
        except NoSuchTicket:
            raise HTTPException(404, "Ticket not found") from None

    @app.get("/dashboard", response_model=Dashboard)
    async def show_dashboard() -> Any:
        return await store.dashboard()

    return app


def _written(ticket: Document) -> Written:
    return Written(id=ticket["_id"], version=ticket["version"], status=ticket["status"])


if __name__ == "__main__":
    serve(create_app(sys.argv[1], sys.argv[2]), int(sys.argv[3]))

"""Who works at the help desk, for locust. HOST is the query service, TICKETS_COMMAND_URL the command service.

An answer that is older than what its reader has just written counts as a failure, whatever its status.
"""

import os
import random
from typing import Any

from locust import HttpUser, between, task

from ticket_contracts.fields import Priority, Status

COMMANDS = os.environ["TICKETS_COMMAND_URL"]
_GROUPS = [str(number) for number in range(20, 80)]
_PAGES = 4


class Agent(HttpUser):
    """Pages through a queue, opens tickets, writes and then reads what was written."""

    weight = 8
    wait_time = between(0.5, 2.0)
    seen: list[str]

    def on_start(self) -> None:
        """Begin with nothing on the screen."""
        self.seen = []

    @task(4)
    def page_through_the_queue(self) -> None:
        """Look at the first pages of a queue."""
        query = {"status": random.choice(list(Status)).value, "group": random.choice(_GROUPS), "limit": "20"}
        path: str | None = "/tickets?" + "&".join(f"{name}={value}" for name, value in query.items())
        for _ in range(_PAGES):
            if path is None:
                return
            answer = self.client.get(path, name="GET /tickets (a queue)")
            if answer.ok:
                self.seen = [ticket["id"] for ticket in answer.json()] or self.seen
            path = answer.links.get("next", {}).get("url")

    @task(6)
    def open_a_ticket(self) -> None:
        """Open one of those on the screen."""
        if self.seen:
            self.client.get(f"/tickets/{random.choice(self.seen)}", name="GET /tickets/{id}")

    @task(2)
    def write_and_read_it(self) -> None:
        """Create a ticket, answer it, and read it with the token of the answer."""
        body = {"customer_id": "load", "subject": "Printer", "message": "It is on fire", "priority": _priority()}
        created = self.client.post(f"{COMMANDS}/tickets", json=body, name="POST /tickets")
        if not created.ok:
            return
        ticket = created.json()["id"]
        reply = {"author": "agent", "message": "Somebody is on the way"}
        name = "POST /tickets/{id}/replies"
        written = self.client.post(f"{COMMANDS}/tickets/{ticket}/replies", json=reply, name=name)
        if written.ok:
            self._read(ticket, written.headers["consistency-token"], written.json()["version"])

    def _read(self, ticket: str, token: str, version: int) -> None:
        name, headers = "GET /tickets/{id} (own write)", {"consistency-token": token}
        with self.client.get(f"/tickets/{ticket}", headers=headers, name=name, catch_response=True) as answer:
            if answer.ok and answer.json()["version"] < version:
                answer.failure(f"version {answer.json()['version']} after {version} was written")


class Manager(HttpUser):
    """Has a dashboard open, which asks again and again for what may not have changed."""

    weight = 1
    wait_time = between(1.0, 3.0)
    etag = ""

    @task
    def look_at_the_dashboard(self) -> None:
        """Ask for the counts, unless they are the same."""
        answer = self.client.get("/dashboard", headers={"if-none-match": self.etag or '"none"'}, name="GET /dashboard")
        self.etag = answer.headers.get("etag", self.etag)


class Searcher(HttpUser):
    """Types into the search box."""

    weight = 1
    wait_time = between(1.0, 3.0)

    @task
    def search(self) -> None:
        """Look for two words."""
        words = {"q": f"{random.randrange(1, 60)} {random.randrange(1, 500)}", "limit": "20"}
        parameters: dict[str, Any] = words
        self.client.get("/tickets", params=parameters, name="GET /tickets?q=")


def _priority() -> str:
    return random.choice(list(Priority)).value

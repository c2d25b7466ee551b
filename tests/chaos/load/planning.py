"""What a client might want next: seeded, so that the same seed asks for the same things."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.chaos.history import Command, Json

CUSTOMERS = 3
_WORDS = ("printer", "on fire", "naïve", "tab\there", "line\nbreak", "東京", "  two blanks", "🔥", "a.b", "$x")
_CHANNELS = ("web", "email", "phone", "chat", "self_service", "direct", "ivr")
_PRIORITIES = ("low", "normal", "high", "urgent")
_STATUSES = ("open", "triaged", "in_progress", "waiting", "waiting")
_REASONS = ("user_info", "problem", "vendor", "evidence")
_TAGS = tuple(f"tag-{number}" for number in range(12))
_LATEST = datetime(2026, 1, 31, 12, tzinfo=UTC)
"""Imports happened before; the range of days is short enough for one request."""

_WEIGHTS = {
    "UpdateStatus": 20,
    "AssignTicket": 16,
    "ChangePriority": 10,
    "AddAgentNote": 10,
    "AddReply": 14,
    "ChangeTags": 12,
    "ResolveTicket": 9,
    "ReopenTicket": 8,
    "CloseTicket": 1,
}


@dataclass
class Planner:
    """Makes the commands of one client of one run; `run` goes into every name, so that runs never meet."""

    dice: random.Random
    run: str
    client: str
    made: int = 0

    def new_id(self) -> str:
        """Return a ticket id that the client makes."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def creation(self, ticket: str | None) -> Command:
        """Return a CreateTicket; without an id the service makes one."""
        data: Json = {
            "customer_id": f"{self.run}-customer-{self.dice.randrange(CUSTOMERS)}",
            "subject": self._words(),
            "message": self._words() * self.dice.randint(1, 5),
        }
        for name, values in (("channel", _CHANNELS), ("priority", _PRIORITIES)):
            if self.dice.random() < 0.6:
                data[name] = self.dice.choice(values)
        if self.dice.random() < 0.5:
            data["customer_contact"] = f"{self.dice.choice(_WORDS)}@example.org"
        if self.dice.random() < 0.3:
            data["tags"] = self.dice.sample(_TAGS, self.dice.randint(1, 5))
        return self._command("CreateTicket", ticket, data)

    def change(self, ticket: str) -> Command:
        """Return any other command, one that may well be refused or change nothing."""
        (name,) = self.dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        return self._command(name, ticket, _DATA[name](self, ticket))

    def batch(self, tickets: list[str], size: int) -> list[Command]:
        """Return commands for a batch: a new ticket and changes of it and of others, some of them long ago."""
        created = self.creation(self.new_id())
        assert created.ticket is not None
        commands = [created]
        while len(commands) < size:
            commands.append(self.change(self.dice.choice([created.ticket, *tickets])))
        for command in commands:
            if self.dice.random() < 0.3:
                ago = timedelta(milliseconds=self.dice.randrange(60 * 24 * 3600 * 1000))
                command.occurred_at = wire_time(_LATEST - ago)
        return commands

    def _command(self, name: str, ticket: str | None, data: Json) -> Command:
        self.made += 1
        return Command(f"{self.run}-{self.client}-{self.made}", self.client, name, ticket, data)

    def _words(self) -> str:
        return " ".join(self.dice.choices(_WORDS, k=self.dice.randint(1, 4)))

    def _status(self, _: str) -> Json:
        if self.dice.random() < 0.03:
            return {"status": self.dice.choice(("closed", "resolved"))}
        status = self.dice.choice(_STATUSES)
        return {"status": status} | ({"waiting_reason": self.dice.choice(_REASONS)} if status == "waiting" else {})

    def _assignment(self, ticket: str) -> Json:
        # A group of one ticket's own lets the checker see that ticket in the dashboard.
        group = self.dice.choice((None, f"{ticket}/1", f"{ticket}/2", "everybody"))
        return {"group": group, "assignee": self.dice.choice((None, "ann", "bob"))}

    def _tags(self, _: str) -> Json:
        return {"add": self.dice.sample(_TAGS, 2), "remove": self.dice.sample(_TAGS, 2)}


def wire_time(moment: datetime) -> str:
    """Return a time in UTC as the wire has it: without a fraction when it is zero."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


_DATA: dict[str, Callable[[Planner, str], Json]] = {
    "UpdateStatus": Planner._status,
    "AssignTicket": Planner._assignment,
    "ChangePriority": lambda self, _: {"priority": self.dice.choice(_PRIORITIES)},
    "AddAgentNote": lambda self, _: {"note": self._words()},
    "AddReply": lambda self, _: {"author": self.dice.choice(("customer", "agent")), "message": self._words()},
    "ChangeTags": Planner._tags,
    "ResolveTicket": lambda self, _: {"resolution": self._words()} if self.dice.random() < 0.5 else {},
    "ReopenTicket": lambda self, _: {"reason": self._words()} if self.dice.random() < 0.5 else {},
    "CloseTicket": lambda _, __: {},
}

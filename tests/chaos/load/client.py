"""One client: sends, retries under the same key, reads what it wrote."""

import asyncio
import random
import time
from collections.abc import Sequence

from tests.chaos.history import PAGE, Accepted, Answer, Command, History, Read, Subject, Unknown
from tests.chaos.load.planning import Planner
from tests.chaos.load.reading import Reader
from tests.chaos.load.sending import Sender

TOKEN_MAX = 50
OWN_MAX = 12
"""Tickets that a client goes on with; older ones are left alone, so that histories get long but not endless."""
BATCH_MAX = 20
PATIENCE_S = 90.0
RETRY_S = (0.1, 0.8)


class Client:
    """Does one thing after the other. `shared` are tickets that all clients of the run change."""

    def __init__(self, planner: Planner, sender: Sender, reader: Reader, history: History, shared: list[str]) -> None:
        self._planner = planner
        self._dice: random.Random = planner.dice
        self._sender = sender
        self._reader = reader
        self._history = history
        self._shared = shared
        self._own: list[str] = []
        self._customers: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        """The highest version of each ticket that this client was told of: what its tokens are made of."""

    async def step(self) -> None:
        """Send one command or batch, see it through, and perhaps read."""
        if self._dice.random() < 0.2:
            commands = self._planner.batch(self._known(), self._dice.randint(2, BATCH_MAX))
            self._history.commands += commands
            await self._see_through(commands, whole=True)
        else:
            known = self._known()
            create = len(known) < 3 or self._dice.random() < 0.1
            command = self._planner.creation(None) if create else self._planner.change(self._dice.choice(known))
            self._history.commands.append(command)
            await self._see_through([command], whole=False)
        if self.seen and self._dice.random() < 0.6:
            await self._read()

    async def _see_through(self, commands: Sequence[Command], *, whole: bool) -> None:
        """Try until all are decided or patience ends; an impatient client never asks again."""
        patience = 0.0 if self._dice.random() < 0.15 else PATIENCE_S
        deadline = time.monotonic() + patience
        answers = await self._attempt(commands, whole=whole)
        while any(isinstance(answer, Unknown) for answer in answers) and time.monotonic() < deadline:
            await asyncio.sleep(self._dice.uniform(*RETRY_S))
            answers = await self._attempt(commands, whole=whole)
        if self._dice.random() < 0.1:
            await self._attempt(commands, whole=whole)  # a retry of what was answered already

    async def _attempt(self, commands: Sequence[Command], *, whole: bool) -> list[Answer]:
        answers = await self._sender.batch(commands) if whole else [await self._sender.single(commands[0])]
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, Accepted):
                self._learn(command, answer)
        return answers

    def _learn(self, command: Command, answer: Accepted) -> None:
        if command.type == "CreateTicket" and answer.ticket not in self._customers:
            self._customers[answer.ticket] = command.data["customer_id"]
            self._own.append(answer.ticket)
            if len(self._shared) < OWN_MAX // 2:
                self._shared.append(answer.ticket)
        self.seen[answer.ticket] = max(answer.version, self.seen.get(answer.ticket, 0))

    def _known(self) -> list[str]:
        # Tickets are left before their timelines outgrow the one page that a read records.
        tickets = {*self._own[-OWN_MAX:], *self._shared}
        return sorted(ticket for ticket in tickets if self.seen.get(ticket, 0) < PAGE - BATCH_MAX)

    async def _read(self) -> None:
        ticket = self._dice.choice(list(self.seen)[-OWN_MAX:])
        subject = self._dice.choice(list(Subject))
        of = {Subject.LIST: self._customers.get(ticket, ""), Subject.DASHBOARD: ""}.get(subject, ticket)
        if subject is Subject.LIST and not of:
            subject, of = Subject.TICKET, ticket  # a shared ticket; whose it is the client does not know
        token = {ticket: self.seen[ticket]} if self._dice.random() < 0.8 else {}
        read = await self._reader.read(subject, of, token, lenient=self._dice.random() < 0.15)
        self._history.reads.append(read)
        self._learn_from(read)

    def _learn_from(self, read: Read) -> None:
        if read.subject is Subject.TICKET:
            for document in read.documents:
                self.seen[document["id"]] = max(document["version"], self.seen[document["id"]])

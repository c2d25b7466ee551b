"""One attempt of a command or of a batch, and what its answer means."""

import time
from collections.abc import Sequence
from typing import Any

import httpx2

from tests.chaos.history import Accepted, Answer, Attempt, Command, Json, Refused, Unknown

LIMIT_S = 8.0
"""Longer than the 5 s that the service gives its database."""

_PATHS = {
    "UpdateStatus": "status",
    "AssignTicket": "assignment",
    "ChangePriority": "priority",
    "AddAgentNote": "agent-note",
    "AddReply": "replies",
    "ChangeTags": "tags",
    "ResolveTicket": "resolution",
    "ReopenTicket": "reopening",
    "CloseTicket": "closure",
}
_UNDECIDED = frozenset({"conflict", "key-in-use"})


class Sender:
    """Sends to a command service and notes each attempt in the command itself."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def single(self, command: Command) -> Answer:
        """Send one command by its own path; returns what came back."""
        path = "/tickets" if command.ticket is None else f"/tickets/{command.ticket}/{_PATHS[command.type]}"
        sent = time.monotonic()
        answer = await self._single(path, command)
        command.attempts.append(Attempt(sent, time.monotonic(), answer))
        return answer

    async def batch(self, commands: Sequence[Command]) -> list[Answer]:
        """Send all of them in one request; returns what came back for each."""
        sent = time.monotonic()
        answers = await self._batch(commands)
        answered = time.monotonic()
        for command, answer in zip(commands, answers, strict=True):
            command.attempts.append(Attempt(sent, answered, answer))
        return answers

    async def _single(self, path: str, command: Command) -> Answer:
        try:
            answer = await self._http.post(path, json=command.data, headers={"idempotency-key": command.key})
        except httpx2.TransportError as error:
            return Unknown(type(error).__name__)
        body = _body(answer)
        if answer.is_success:
            return Accepted(body["id"], body["version"], body["status"])
        return _problem(answer.status_code, body)

    async def _batch(self, commands: Sequence[Command]) -> list[Answer]:
        try:
            answer = await self._http.post("/commands", json={"commands": [_item(command) for command in commands]})
        except httpx2.TransportError as error:
            return [Unknown(type(error).__name__)] * len(commands)
        if not answer.is_success:
            return [_problem(answer.status_code, _body(answer))] * len(commands)
        return [_outcome(outcome) for outcome in answer.json()["outcomes"]]


def _item(command: Command) -> Json:
    item: Json = {"type": command.type, "ticket_id": command.ticket, "key": command.key, "data": command.data}
    return item if command.occurred_at is None else item | {"occurred_at": command.occurred_at}


def _outcome(outcome: Json) -> Answer:
    if "problem" in outcome:
        return _problem(outcome["problem"]["status"], outcome["problem"])
    return Accepted(outcome["ticket_id"], outcome["version"], outcome["status"])


def _problem(status: int, body: Json) -> Answer:
    code = str(body.get("code", "unknown"))
    return Unknown(code) if status == 503 or code in _UNDECIDED else Refused(status, code)


def _body(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {}

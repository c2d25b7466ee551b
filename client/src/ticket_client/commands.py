"""The command-service's API: everything that changes a ticket."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx2
from pydantic_core import from_json

from ticket_client.models import Accepted, Command, Freshness, Outcome
from ticket_client.transport import Service
from ticket_client.values import Author, Channel, LiveStatus, Priority, WaitingReason

BATCH_LIMIT = 500
"""Commands in one batch."""


class CommandService(Service):
    """Typed calls of the command-service.

    Every command carries an idempotency key, made here unless `key` is given, so that a retry never acts twice.
    `if_match` (an ETag or `"<version>"` with its quotes) makes a command conditional. All raise ProblemError when
    the command is refused, and UnreachableError when the service does not answer.
    """

    async def create_ticket(
        self,
        customer_id: str,
        subject: str,
        message: str,
        *,
        priority: Priority = "normal",
        channel: Channel = "web",
        tags: Sequence[str] = (),
        external_id: str | None = None,
        key: str | None = None,
    ) -> Accepted:
        """A new ticket, open, at version 1."""
        body: dict[str, Any] = {
            "customer_id": customer_id,
            "subject": subject,
            "message": message,
            "priority": priority,
            "channel": channel,
            "tags": list(tags),
        }
        if external_id is not None:
            body["external_id"] = external_id
        return await self._command("/tickets", body, key, None)

    async def update_status(
        self,
        ticket_id: str,
        status: LiveStatus,
        waiting_reason: WaitingReason | None = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Accepted:
        """Move a live ticket; `waiting` needs a reason."""
        body = {"status": status} | ({"waiting_reason": waiting_reason} if waiting_reason else {})
        return await self._command(f"/tickets/{ticket_id}/status", body, key, if_match)

    async def assign_ticket(
        self,
        ticket_id: str,
        group: str | None,
        assignee: str | None,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Accepted:
        """Hand it to a group and a person; None takes it from them."""
        body = {"group": group, "assignee": assignee}
        return await self._command(f"/tickets/{ticket_id}/assignment", body, key, if_match)

    async def change_priority(
        self, ticket_id: str, priority: Priority, *, key: str | None = None, if_match: str | None = None
    ) -> Accepted:
        """Say how urgent it is."""
        return await self._command(f"/tickets/{ticket_id}/priority", {"priority": priority}, key, if_match)

    async def add_agent_note(
        self,
        ticket_id: str,
        note: str,
        author: str | None = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Accepted:
        """Write down what the customer never sees."""
        body = {"note": note} | ({"author": author} if author is not None else {})
        return await self._command(f"/tickets/{ticket_id}/agent-note", body, key, if_match)

    async def add_reply(
        self, ticket_id: str, author: Author, message: str, *, key: str | None = None, if_match: str | None = None
    ) -> Accepted:
        """Add what the customer or the agent said."""
        body = {"author": author, "message": message}
        return await self._command(f"/tickets/{ticket_id}/replies", body, key, if_match)

    async def change_tags(
        self,
        ticket_id: str,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Accepted:
        """Put tags on and take them off."""
        body = {"add": list(add), "remove": list(remove)}
        return await self._command(f"/tickets/{ticket_id}/tags", body, key, if_match)

    async def resolve_ticket(
        self, ticket_id: str, resolution: str | None = None, *, key: str | None = None, if_match: str | None = None
    ) -> Accepted:
        """Say that it is solved, and how."""
        body = {} if resolution is None else {"resolution": resolution}
        return await self._command(f"/tickets/{ticket_id}/resolution", body, key, if_match)

    async def reopen_ticket(
        self, ticket_id: str, reason: str | None = None, *, key: str | None = None, if_match: str | None = None
    ) -> Accepted:
        """Take a resolved ticket up again; it is open then."""
        body = {} if reason is None else {"reason": reason}
        return await self._command(f"/tickets/{ticket_id}/reopening", body, key, if_match)

    async def close_ticket(self, ticket_id: str, *, key: str | None = None, if_match: str | None = None) -> Accepted:
        """End it; a closed ticket accepts nothing."""
        return await self._command(f"/tickets/{ticket_id}/closure", {}, key, if_match)

    async def send(self, commands: Sequence[Command]) -> list[Outcome]:
        """Up to 500 commands in one request; the outcomes stand in the order sent, refusals among them.

        Commands of one ticket run in their order. Raises ProblemError only when the batch as a whole is refused.
        """
        entries = [
            {"type": one.type, "ticket_id": one.ticket_id, "key": one.key, "data": one.data}
            | ({"occurred_at": one.occurred_at} if one.occurred_at is not None else {})
            for one in commands
        ]
        answer = await self.call("POST", "/commands", body={"commands": entries})
        return [Outcome.of(outcome) for outcome in from_json(answer.content)["outcomes"]]

    async def freshness(self) -> Freshness:
        """How far Kafka stands behind the store."""
        return Freshness.model_validate_json((await self.call("GET", "/freshness")).content)

    async def _command(self, path: str, body: dict[str, Any], key: str | None, if_match: str | None) -> Accepted:
        headers = {"idempotency-key": key or uuid4().hex} | ({"if-match": if_match} if if_match is not None else {})
        return _accepted(await self.call("POST", path, body=body, headers=headers))


def _accepted(answer: httpx2.Response) -> Accepted:
    return Accepted(**from_json(answer.content), token=answer.headers.get("consistency-token", ""))

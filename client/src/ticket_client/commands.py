"""The command-service's API: everything that changes a ticket."""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack
from uuid import uuid4

import httpx2
from pydantic import TypeAdapter
from pydantic_core import from_json

from ticket_client.errors import UnexpectedAnswerError
from ticket_client.models import Accepted, Command, Freshness, Outcome
from ticket_client.transport import Service, read, ticket_path
from ticket_client.values import Author, Channel, LiveStatus, Priority, WaitingReason, listed

BATCH_LIMIT = 500
"""Commands in one batch."""

_ACCEPTED = TypeAdapter(Accepted)
_FRESHNESS = TypeAdapter(Freshness)


class Delivery(TypedDict, total=False):
    """How a command is sent."""

    key: str | None
    """Its idempotency key; None makes a new one, so that a retry by this client never acts twice. Whoever may send
    the command again from another process gives their own: 1 to 200 visible ASCII characters."""
    if_match: int | str | None
    """Accept it only at this version, or at one of these ETags (`"7"`, quotes included; `*` is any version)."""


class CommandService(Service):
    """Typed calls of the command-service.

    All raise a ProblemError when the command is refused (TicketClosed, Invalid, VersionMismatch where `if_match` does
    not hold), and UnreachableError when the service does not answer: only then it is unknown whether the command was
    accepted, and the same call with the same `key` finds out.
    """

    async def create_ticket(
        self,
        customer_id: str,
        subject: str,
        message: str,
        *,
        priority: Priority = "normal",
        channel: Channel = "web",
        tags: str | Sequence[str] = (),
        external_id: str | None = None,
        customer_contact: str | None = None,
        key: str | None = None,
    ) -> Accepted:
        """A new ticket, open, at version 1; a bare string as `tags` is one tag."""
        body: dict[str, Any] = {
            "customer_id": customer_id,
            "subject": subject,
            "message": message,
            "priority": priority,
            "channel": channel,
            "tags": listed(tags),
        }
        if external_id is not None:
            body["external_id"] = external_id
        if customer_contact is not None:
            body["customer_contact"] = customer_contact
        return await self._command("/tickets", body, key=key)

    async def update_status(
        self,
        ticket_id: str,
        status: LiveStatus,
        waiting_reason: WaitingReason | None = None,
        **delivery: Unpack[Delivery],
    ) -> Accepted:
        """Move a live ticket; `waiting` needs a reason."""
        body = {"status": status} | ({"waiting_reason": waiting_reason} if waiting_reason else {})
        return await self._command(ticket_path(ticket_id, "/status"), body, **delivery)

    async def assign_ticket(
        self, ticket_id: str, group: str | None, assignee: str | None, **delivery: Unpack[Delivery]
    ) -> Accepted:
        """Hand it to a group and a person; None takes it from them."""
        body = {"group": group, "assignee": assignee}
        return await self._command(ticket_path(ticket_id, "/assignment"), body, **delivery)

    async def change_priority(self, ticket_id: str, priority: Priority, **delivery: Unpack[Delivery]) -> Accepted:
        """Say how urgent it is."""
        return await self._command(ticket_path(ticket_id, "/priority"), {"priority": priority}, **delivery)

    async def add_agent_note(
        self, ticket_id: str, note: str, author: str | None = None, **delivery: Unpack[Delivery]
    ) -> Accepted:
        """Write down what the customer never sees."""
        body = {"note": note} | ({"author": author} if author is not None else {})
        return await self._command(ticket_path(ticket_id, "/agent-note"), body, **delivery)

    async def add_reply(self, ticket_id: str, author: Author, message: str, **delivery: Unpack[Delivery]) -> Accepted:
        """Add what the customer or the agent said."""
        body = {"author": author, "message": message}
        return await self._command(ticket_path(ticket_id, "/replies"), body, **delivery)

    async def change_tags(
        self,
        ticket_id: str,
        add: str | Sequence[str] = (),
        remove: str | Sequence[str] = (),
        **delivery: Unpack[Delivery],
    ) -> Accepted:
        """Put tags on and take them off; a bare string is one tag."""
        body = {"add": listed(add), "remove": listed(remove)}
        return await self._command(ticket_path(ticket_id, "/tags"), body, **delivery)

    async def resolve_ticket(
        self, ticket_id: str, resolution: str | None = None, **delivery: Unpack[Delivery]
    ) -> Accepted:
        """Say that it is solved, and how."""
        body = {} if resolution is None else {"resolution": resolution}
        return await self._command(ticket_path(ticket_id, "/resolution"), body, **delivery)

    async def reopen_ticket(self, ticket_id: str, reason: str | None = None, **delivery: Unpack[Delivery]) -> Accepted:
        """Take a resolved ticket up again; it is open then."""
        body = {} if reason is None else {"reason": reason}
        return await self._command(ticket_path(ticket_id, "/reopening"), body, **delivery)

    async def close_ticket(self, ticket_id: str, **delivery: Unpack[Delivery]) -> Accepted:
        """End it; a closed ticket accepts nothing."""
        return await self._command(ticket_path(ticket_id, "/closure"), {}, **delivery)

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
        outcomes = _outcomes(answer)
        for outcome in outcomes:
            if outcome.token is not None:
                self.tokens.add(outcome.token)
        return outcomes

    async def freshness(self) -> Freshness:
        """How far Kafka stands behind the store."""
        return read(_FRESHNESS, await self.call("GET", "/freshness"))

    async def _command(
        self, path: str, body: dict[str, Any], key: str | None = None, if_match: int | str | None = None
    ) -> Accepted:
        headers = {"idempotency-key": uuid4().hex if key is None else key}
        if if_match is not None:
            headers["if-match"] = f'"{if_match}"' if isinstance(if_match, int) else if_match
        answer = await self.call("POST", path, body=body, headers=headers)
        token = answer.headers.get("consistency-token")
        if token is not None:
            self.tokens.add(token)
        return read(_ACCEPTED, answer).model_copy(update={"token": token or ""})


def _outcomes(answer: httpx2.Response) -> list[Outcome]:
    # Without pydantic, for an import takes in 94,062 of them.
    try:
        return [Outcome.of(outcome) for outcome in from_json(answer.content)["outcomes"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UnexpectedAnswerError(f"{answer.url} does not answer as the API does: {error!r}") from None

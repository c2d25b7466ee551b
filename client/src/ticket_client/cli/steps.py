"""What `tickets set` was asked to change, as commands in the order that lets all of them succeed."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, get_args

from ticket_client.commands import CommandService
from ticket_client.models import Accepted
from ticket_client.values import LiveStatus, Priority, WaitingReason


class Step(NamedTuple):
    """One command; `call` takes the service, the ticket's id and `if_match`."""

    name: str
    call: Callable[..., Coroutine[Any, Any, Accepted]]


@dataclass(frozen=True, slots=True)
class Changes:
    """The options of `tickets set`."""

    status: LiveStatus | None
    waiting_for: WaitingReason | None
    priority: Priority | None
    group: str | None
    assignee: str | None
    add_tags: list[str]
    remove_tags: list[str]
    resolve: bool
    resolution: str | None
    reopen: bool
    reason: str | None
    close: bool

    def complaint(self) -> str | None:
        """What is wrong with them, as a sentence; None if nothing."""
        if self.status == "waiting" and self.waiting_for is None:
            return f"--status waiting needs --waiting-for: {', '.join(get_args(WaitingReason))}"
        if self.waiting_for is not None and self.status != "waiting":
            return "--waiting-for goes with --status waiting"
        if (self.group is None) != (self.assignee is None):
            return "an assignment is one thing: give --group and --assignee together, '' for none"
        if self.resolution is not None and not self.resolve:
            return "--resolution goes with --resolve"
        if self.reason is not None and not self.reopen:
            return "--reason goes with --reopen"
        return None if any(self.steps()) else "say what to change; --help lists it"

    def steps(self) -> Iterator[Step]:
        """The commands: a ticket is reopened before and resolved or closed after all else."""
        if self.reopen:
            yield Step("reopened", partial(CommandService.reopen_ticket, reason=self.reason))
        yield from self._fields()
        if self.resolve:
            yield Step("resolved", partial(CommandService.resolve_ticket, resolution=self.resolution))
        if self.close:
            yield Step("closed", CommandService.close_ticket)

    def _fields(self) -> Iterator[Step]:
        if self.status is not None:
            change = partial(CommandService.update_status, status=self.status, waiting_reason=self.waiting_for)
            yield Step("status", change)
        if self.priority is not None:
            yield Step("priority", partial(CommandService.change_priority, priority=self.priority))
        if self.group is not None:
            group, assignee = self.group or None, self.assignee or None
            yield Step("assignment", partial(CommandService.assign_ticket, group=group, assignee=assignee))
        if self.add_tags or self.remove_tags:
            yield Step("tags", partial(CommandService.change_tags, add=self.add_tags, remove=self.remove_tags))

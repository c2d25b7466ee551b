"""Every command on every status, and what must hold for any sequence of commands."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.add_reply import AddReply
from command_service.commands.assign_ticket import AssignTicket
from command_service.commands.catalogue import COMMANDS, USE_CASES, decide
from command_service.commands.change_priority import ChangePriority
from command_service.commands.change_tags import ChangeTags
from command_service.commands.close_ticket import CloseTicket
from command_service.commands.command import Command
from command_service.commands.create_ticket import CreateTicket
from command_service.commands.reopen_ticket import ReopenTicket
from command_service.commands.resolve_ticket import ResolveTicket
from command_service.commands.update_status import UpdateStatus
from command_service.domain.refusals import Refused
from command_service.domain.ticket import ImpossibleEvent, Ticket, evolve
from ticket_contracts.events import EVENTS, TicketAssigned, TicketClosed
from ticket_contracts.fields import Author, Priority, Status, WaitingReason

CREATE = CreateTicket(customer_id="c", subject="s", message="m")
CHANGES: dict[str, Command] = {
    "UpdateStatus": UpdateStatus(status=Status.TRIAGED),
    "AssignTicket": AssignTicket(group="g", assignee=None),
    "ChangePriority": ChangePriority(priority=Priority.URGENT),
    "AddAgentNote": AddAgentNote(note="n"),
    "AddReply": AddReply(author=Author.AGENT, message="m"),
    "ChangeTags": ChangeTags(add=("new",), remove=("old",)),
    "ResolveTicket": ResolveTicket(resolution="done"),
    "ReopenTicket": ReopenTicket(reason="not done"),
    "CloseTicket": CloseTicket(),
}
LIVE = (Status.OPEN, Status.IN_PROGRESS, Status.WAITING)
ON_RESOLVED = {
    "UpdateStatus": "ticket-resolved",
    "AssignTicket": "TicketAssigned",
    "ChangePriority": "TicketPriorityChanged",
    "AddAgentNote": "AgentNoteAdded",
    "AddReply": "ReplyAdded",
    "ChangeTags": "TicketTagsChanged",
    "ResolveTicket": "ticket-resolved",
    "ReopenTicket": "TicketReopened",
    "CloseTicket": "TicketClosed",
}
ON_LIVE = ON_RESOLVED | {
    "UpdateStatus": "TicketStatusChanged",
    "ResolveTicket": "TicketResolved",
    "ReopenTicket": "not-resolved",
}
TABLE = [
    *((name, status, wanted) for status in LIVE for name, wanted in ON_LIVE.items()),
    *((name, Status.RESOLVED, wanted) for name, wanted in ON_RESOLVED.items()),
    *((name, Status.CLOSED, "ticket-closed") for name in CHANGES),
    *((name, None, "ticket-not-found") for name in CHANGES),
]


def a_ticket(status: Status = Status.OPEN, **fields: Any) -> Ticket:
    return replace(Ticket(customer_id="c", priority=Priority.NORMAL, tags=("old",), status=status), **fields)


def judge(ticket: Ticket | None, command: Command) -> str | None:
    try:
        event = decide(ticket, command)
    except Refused as refused:
        return refused.code
    return None if event is None else event.name()


@pytest.mark.parametrize(("name", "status", "wanted"), TABLE)
def test_each_command_on_each_status(name: str, status: Status | None, wanted: str) -> None:
    assert judge(None if status is None else a_ticket(status), CHANGES[name]) == wanted


def test_a_ticket_is_created_once() -> None:
    assert judge(None, CREATE) == "TicketCreated"
    assert judge(a_ticket(), CREATE) == "ticket-exists"


def test_a_created_ticket_is_open_and_unassigned_at_version_1() -> None:
    event = decide(None, CREATE)
    assert event is not None
    assert evolve(None, event) == Ticket(customer_id="c", priority=Priority.NORMAL, tags=())


@pytest.mark.parametrize(
    ("ticket", "command"),
    [
        (a_ticket(Status.TRIAGED), UpdateStatus(status=Status.TRIAGED)),
        (
            a_ticket(Status.WAITING, waiting_reason=WaitingReason.VENDOR),
            UpdateStatus(status=Status.WAITING, waiting_reason=WaitingReason.VENDOR),
        ),
        (a_ticket(group="g"), AssignTicket(group="g", assignee=None)),
        (a_ticket(), ChangePriority(priority=Priority.NORMAL)),
        (a_ticket(), ChangeTags(add=("old",), remove=("never",))),
        (a_ticket(), ChangeTags()),
        (a_ticket(), ChangeTags(add=("x",), remove=("x",))),
    ],
)
def test_a_command_that_changes_nothing_emits_nothing(ticket: Ticket, command: Command) -> None:
    assert decide(ticket, command) is None


def test_another_reason_to_wait_is_a_change() -> None:
    ticket = a_ticket(Status.WAITING, waiting_reason=WaitingReason.VENDOR)
    assert judge(ticket, UpdateStatus(status=Status.WAITING, waiting_reason=WaitingReason.PROBLEM))


def test_a_reopened_ticket_is_open_and_counts_it() -> None:
    resolved = a_ticket(Status.RESOLVED, version=4)
    event = decide(resolved, CHANGES["ReopenTicket"])
    assert event is not None
    reopened = evolve(resolved, event)
    assert (reopened.status, reopened.reopen_count, reopened.version) == (Status.OPEN, 1, 5)


def test_tags_are_limited_after_the_change() -> None:
    full = a_ticket(tags=tuple(f"t{n}" for n in range(20)))
    assert judge(full, ChangeTags(add=("one more",))) == "invalid"
    assert judge(full, ChangeTags(add=("one more",), remove=("t3",))) == "TicketTagsChanged"
    assert judge(replace(full, status=Status.CLOSED), ChangeTags(add=("one more",))) == "ticket-closed"


def test_an_event_holds_only_the_tags_that_really_changed() -> None:
    event = decide(a_ticket(), ChangeTags(add=("old", "new"), remove=("never",)))
    assert event is not None
    assert event.model_dump() == {"added": ("new",), "removed": ()}


def test_impossible_events_are_refused() -> None:
    with pytest.raises(ImpossibleEvent):
        evolve(None, TicketClosed())
    created = decide(None, CREATE)
    assert created is not None
    with pytest.raises(ImpossibleEvent):
        evolve(a_ticket(), created)


def test_the_catalogue_has_all_ten_and_each_path_once() -> None:
    assert set(COMMANDS) == {"CreateTicket", *CHANGES}
    assert len({case.path for case in USE_CASES}) == len(EVENTS) == 10


COMMAND = st.one_of(
    st.just(CREATE),
    st.builds(UpdateStatus, status=st.sampled_from([Status.OPEN, Status.TRIAGED, Status.IN_PROGRESS])),
    st.builds(UpdateStatus, status=st.just(Status.WAITING), waiting_reason=st.sampled_from(WaitingReason)),
    st.builds(AssignTicket, group=st.sampled_from([None, "a", "b"]), assignee=st.sampled_from([None, "x"])),
    st.builds(ChangePriority, priority=st.sampled_from(Priority)),
    st.builds(AddAgentNote, note=st.just("n")),
    st.builds(AddReply, author=st.sampled_from(Author), message=st.just("m")),
    st.builds(
        ChangeTags,
        add=st.lists(st.integers(0, 40).map(str), max_size=20).map(tuple),
        remove=st.lists(st.integers(0, 40).map(str), max_size=20).map(tuple),
    ),
    st.builds(ResolveTicket, resolution=st.sampled_from([None, "r"])),
    st.builds(ReopenTicket, reason=st.sampled_from([None, "r"])),
    st.one_of(st.nothing(), st.just(CloseTicket())),
)


@given(st.lists(COMMAND, max_size=40))
def test_any_sequence_of_commands_keeps_the_rules(commands: list[Command]) -> None:
    ticket: Ticket | None = None
    for command in commands:
        try:
            event = decide(ticket, command)
        except Refused:
            continue
        assert ticket is None or ticket.status is not Status.CLOSED
        if event is None:
            continue
        before, ticket = ticket, evolve(ticket, event)
        assert ticket.version == (before.version if before else 0) + 1
        assert (ticket.status is Status.WAITING) == (ticket.waiting_reason is not None)
        assert len(set(ticket.tags)) == len(ticket.tags) <= 20
        assert before is None or ticket.customer_id == before.customer_id
        # What was just done changes nothing when it is done again.
        if isinstance(command, UpdateStatus | AssignTicket | ChangePriority | ChangeTags):
            assert decide(ticket, command) is None


def test_evolving_leaves_the_ticket_before_alone() -> None:
    before = a_ticket()
    evolve(before, TicketAssigned(group="g", assignee="a"))
    assert before == a_ticket()

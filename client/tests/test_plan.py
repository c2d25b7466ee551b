"""What a history needs, row by row, when every answer comes as expected."""

import pytest

from client.tests.made_up_logs import cells, log_of, states
from ticket_client.incidents.plan import Progress, plan

WAY = list[tuple[str, str | None]]


def planned(*rows: list[str]) -> WAY:
    """(command, refusal expected) without the creation and the first assignment."""
    commands = plan(Progress(log_of(*rows).histories[0]), 500)
    assert [one.type for one in commands[:2]] == ["CreateTicket", "AssignTicket"]
    return [(one.type, one.refusal) for one in commands[2:]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["New"], []),
        (["Active"], [("UpdateStatus", None)]),
        (["New", "Active", "Active"], [("UpdateStatus", None)]),
        (["Awaiting Vendor", "Awaiting Problem"], [("UpdateStatus", None)] * 2),
        (["Active", "New"], [("UpdateStatus", None)] * 2),
        (["Resolved", "Resolved", "Closed"], [("ResolveTicket", None), ("CloseTicket", None)]),
        (["Closed"], [("CloseTicket", None)]),
        (["Resolved", "New"], [("ResolveTicket", None), ("ReopenTicket", None)]),
        (["Resolved", "Active"], [("ResolveTicket", None), ("ReopenTicket", None), ("UpdateStatus", None)]),
        (["Closed", "Active"], [("CloseTicket", None), ("ReopenTicket", "ticket-closed")]),
        (["Closed", "Resolved"], [("CloseTicket", None), ("ResolveTicket", "ticket-closed")]),
        (["Closed", "Closed", "-100"], [("CloseTicket", None)]),
        (["-100"], []),
    ],
)
def test_the_way_through_the_states(names: list[str], expected: WAY) -> None:
    assert planned(*states(*names)) == expected


def test_one_row_changes_priority_then_assignment_then_state() -> None:
    changed = cells(incident_state="Active", priority="1", assigned_to="8", sys_updated_at="1/3/2016 10:00")
    commands = plan(Progress(log_of(cells(), changed).histories[0]), 500)[2:]
    assert [(one.type, one.data, one.at) for one in commands] == [
        ("ChangePriority", {"priority": "urgent"}, "2016-03-01T10:00:00Z"),
        ("AssignTicket", {"group": "56", "assignee": "8"}, "2016-03-01T10:00:00Z"),
        ("UpdateStatus", {"status": "in_progress"}, "2016-03-01T10:00:00Z"),
    ]


def test_the_first_row_is_created_when_opened_and_assigned_when_updated() -> None:
    commands = plan(Progress(log_of(cells(incident_state="Awaiting User Info")).histories[0]), 500)
    assert [(one.type, one.at) for one in commands] == [
        ("CreateTicket", "2016-02-29T01:16:00Z"),
        ("AssignTicket", "2016-02-29T01:23:00Z"),
        ("UpdateStatus", "2016-02-29T01:23:00Z"),
    ]
    assert commands[2].data == {"status": "waiting", "waiting_reason": "user_info"}


def test_a_closed_ticket_refuses_priority_and_assignment_of_every_further_row() -> None:
    late = cells(incident_state="Closed", priority="1", assigned_to="8")
    refused: WAY = [("ChangePriority", "ticket-closed"), ("AssignTicket", "ticket-closed")]
    assert planned(*states("Closed"), late, late) == [("CloseTicket", None), *refused, *refused]


def test_a_plan_can_be_cut() -> None:
    assert len(plan(Progress(log_of(*states("Active", "Closed")).histories[0]), 3)) == 3


def test_keys_follow_from_the_place_in_the_file() -> None:
    rows = states("Active", "Closed")
    until = log_of(*rows, until="2016-02-29T02:00:00Z").histories[0]
    whole = log_of(*rows).histories[0]
    keys = [[Progress(one).key(command) for command in plan(Progress(one), 500)] for one in (until, whole)]
    assert keys[1][: len(keys[0])] == keys[0]
    assert len(set(keys[1])) == len(keys[1]) == 4


def test_keys_stay_when_until_leaves_out_rows_between() -> None:
    rows = [cells(), cells(sys_updated_at="2/3/2016 00:00"), cells(incident_state="Closed")]
    until = log_of(*rows, until="2016-03-01T00:00:00Z").histories[0]
    whole = log_of(*rows).histories[0]
    last = [Progress(one).key(plan(Progress(one), 500)[-1]) for one in (until, whole)]
    assert last[0] == last[1]

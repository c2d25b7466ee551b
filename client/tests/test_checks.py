from datetime import date
from hashlib import sha256
from typing import Any

from ticket_client.checks.differences import Difference, differences, import_differences, read_side_differences
from ticket_client.checks.digest import sorted_lines, ticket_digest
from ticket_client.checks.figures import ranges

TICKET: dict[str, Any] = {
    "external_id": "2",
    "version": 3,
    "status": "waiting",
    "waiting_reason": "vendor",
    "priority": "low",
    "group": "Zürich",
    "assignee": None,
    "customer_id": "c",
    "channel": "web",
    "subject": 'A "quoted" one',
    "message": "m",
    "reopen_count": 0,
    "created_at": "2016-02-29T01:16:00.250Z",
    "updated_at": "2016-03-01T00:00:00Z",
    "resolved_at": None,
    "closed_at": None,
    "id": "not in the digest",
}
LINE = (
    '["2",3,"waiting","vendor","low","Zürich",null,"c","web","A \\"quoted\\" one","m",0,'
    '"2016-02-29T01:16:00Z","2016-03-01T00:00:00Z",null,null]'
)


def test_the_digest_hashes_compact_unescaped_lines() -> None:
    assert ticket_digest(sorted_lines([TICKET])) == sha256(LINE.encode()).hexdigest()


def test_lines_are_sorted_by_external_id_and_those_without_one_left_out() -> None:
    ids = ["2", None, "10", "1 0", "1"]
    lines = sorted_lines(TICKET | {"external_id": name} for name in ids)
    assert [line[0] for line in lines] == ["1", "1 0", "10", "2"]


def test_equal_external_ids_keep_all_their_lines_in_whatever_order_they_come() -> None:
    pair = [TICKET, TICKET | {"version": 1}]
    assert sorted_lines(pair) == sorted_lines(reversed(pair))
    assert len(sorted_lines(pair)) == 2


def test_ranges_cover_every_day_once_and_stay_within_the_limit() -> None:
    days = list(ranges((date(2016, 1, 1), date(2020, 1, 1))))
    assert [(last - first).days + 1 for first, last in days] == [731, 731]
    assert days[0][0] == date(2016, 1, 1)
    assert days[-1][1] == date(2020, 1, 1)
    assert list(ranges(None)) == []


def test_differences_are_named_by_their_path() -> None:
    expected = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 5}
    actual = {"a": {"b": 1, "c": 3}, "d": [1], "f": 6}
    assert list(differences(expected, actual)) == [
        Difference("a.c", 2, 3),
        Difference("d[1]", 2, None),
        Difference("e", 5, None),
        Difference("f", None, 6),
    ]


def test_the_read_side_answers_for_the_events_that_it_counts() -> None:
    figures = {"tickets": 1, "events": {"TicketCreated": 1, "TicketClosed": 0}}
    expected = {"tickets": 1, "events": {"TicketCreated": 1, "TicketAssigned": 4}, "rows": 3}
    assert read_side_differences(expected, figures) == []
    assert read_side_differences(expected | {"tickets": 2}, figures) == [Difference("tickets", 2, 1)]


def test_the_import_answers_for_all_that_it_reports_but_the_time() -> None:
    expected = {"rows": 3, "events": {"TicketAssigned": 4}, "ticket_digest": "x"}
    assert import_differences(expected, {"rows": 3, "events": {"TicketAssigned": 4}, "seconds": 2}) == []
    assert import_differences(expected, {"rows": 2, "events": {}}) == [
        Difference("events.TicketAssigned", 4, None),
        Difference("rows", 3, 2),
    ]

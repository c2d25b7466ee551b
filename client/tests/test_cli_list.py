"""`tickets list`, and what a shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from client.tests.command_line import CommandLine
from client.tests.fake_http import json as answer
from client.tests.scripted import Scripted
from ticket_client.filters import TicketFilters

TICKETS = Path(sys.executable).with_name("tickets")
MOMENT = "2016-02-29T01:16:00Z"


@pytest.fixture
def ids(tickets: CommandLine) -> list[str]:
    """Five tickets in the order of their creation."""
    return [
        tickets.json(
            *("create", "m", "--customer", "c", "--subject", f"Subject {number}"),
            *(["--tag", "odd"] if number % 2 else []),
        )["id"]
        for number in range(5)
    ]


def listed(tickets: CommandLine, *options: object) -> list[str]:
    return [one["id"] for one in tickets.json("list", *options)]


def test_a_list_ends_where_it_is_told_to(tickets: CommandLine, ids: list[str]) -> None:
    newest_first = ids[::-1]
    assert listed(tickets) == newest_first
    assert listed(tickets, "--limit", 2) == newest_first[:2]
    assert listed(tickets, "--limit", 2, "--skip", 1) == newest_first[1:3]
    assert listed(tickets, "--limit", 2, "--all") == newest_first
    assert listed(tickets, "--tag", "odd") == [ids[3], ids[1]]
    assert listed(tickets, "--note") == []


def listing(ticket_id: str) -> dict[str, object]:
    """The least that a list says of a ticket."""
    names = {"id": ticket_id, "customer_id": "c", "subject": "s", "preview": "p"}
    times = dict.fromkeys(("created_at", "updated_at"), MOMENT)
    return names | times | {"status": "open", "priority": "low", "channel": "web", "version": 1}


def test_a_long_list_is_read_page_by_page(tickets: CommandLine) -> None:
    page = answer([listing(f"t{number}") for number in range(100)]).content
    more = {"link": '</tickets?cursor=2>; rel="next"'}
    script = Scripted(httpx2.Response(200, content=page, headers=more) for _ in range(2))
    tickets.transport = script
    assert len(listed(tickets, "--limit", 150)) == 150
    assert len(script.requests) == 2


def test_a_list_for_people_fits_the_screen_and_says_when_there_is_more(
    tickets: CommandLine, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tickets("list", "--limit", 3).stdout
    assert "The first 3 tickets (--all lists the others too)" in shown
    assert all(one in shown for one in ids[2:])
    assert max(map(len, shown.splitlines())) <= 80
    assert "Subject 4" in shown
    assert shown.count("2026-01-01T00:00:00Z") == 3
    monkeypatch.setenv("COLUMNS", "140")
    shown = tickets("list").stdout
    assert "\n5 tickets\n" in shown
    assert shown.count("2026-01-01T00:00:00Z") == 5


def test_a_list_tells_one_from_many_and_from_none(tickets: CommandLine, ids: list[str]) -> None:
    assert "The first 1 ticket (" in tickets("list", "--limit", 1).stdout
    assert tickets("list", "--note").stdout == "No tickets.\n"
    assert tickets.json("list", "--note") == []


def test_a_list_names_tickets_by_their_external_ids_too(tickets: CommandLine) -> None:
    tickets.transport = Scripted([answer([listing("t1") | {"external_id": "INC7"}])])
    assert "INC7: s" in tickets("list").stdout


def test_every_filter_has_an_option(tickets: CommandLine) -> None:
    script = Scripted([answer([])])
    tickets.transport = script
    options = {
        "--status": "open",
        "--priority": "high",
        "--channel": "web",
        "--tag": "$ne",
        "--group": "g",
        "--assignee": "a",
        "--customer": "c",
        "--external-id": "e",
        "--awaiting": "us",
        "--created-since": MOMENT,
        "--created-before": MOMENT,
        "--updated-since": MOMENT,
        "--updated-before": MOMENT,
        "--sort": "created_at",
        "--limit": "7",
        "--skip": "3",
    }
    arguments = [text for pair in options.items() for text in pair]
    result = tickets("list", *arguments, "--status", "waiting", "--no-note")
    assert result.exit_code == 0, result.output
    sent = script.requests[0].url.params
    assert sent.get_list("status") == ["open", "waiting"]
    assert set(sent) == {*TicketFilters.__annotations__, "limit", "skip"} - {"q"}  # which excludes --sort
    assert {sent[name] for name in set(sent) - {"status", "has_note"}} == set(options.values()) - {"open"}
    assert sent["has_note"] == "false"


@pytest.mark.parametrize("option", ["--status", "--priority", "--channel", "--sort"])
def test_a_word_that_is_none_is_wrong_usage(tickets: CommandLine, option: str) -> None:
    tickets.transport = httpx2.MockTransport(lambda _: answer([]))
    result = tickets("list", option, "nonsense")
    assert result.exit_code == 2
    assert "nonsense" in result.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tickets cr", ["create"]),
        ("tickets list --status tr", ["triaged"]),
        ("tickets list --priority ", ["low", "normal", "high", "urgent"]),
        ("tickets set x --waiting-f", ["--waiting-for"]),
        ("tickets set x --status i", ["in_progress"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(line: str, words: list[str]) -> None:
    asked = {"_TICKETS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = subprocess.run([TICKETS], env=os.environ | asked, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    assert done.stdout.split() == words


def test_the_completion_can_be_shown_to_a_shell() -> None:
    # The shell is found among the parents of the process; `true` keeps bash from giving its place to the command.
    command = ["bash", "-c", f"{TICKETS} --show-completion; true"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    assert "complete -o default -F _tickets_completion tickets" in done.stdout

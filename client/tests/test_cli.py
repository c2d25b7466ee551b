"""The command line as a user meets it: arguments, output and exit codes."""

import errno
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client.tests.command_line import CommandLine
from client.tests.fake_http import fake_services, problem
from client.tests.fake_http import json as answer
from client.tests.fake_tickets import FakeTickets, blank
from client.tests.scripted import Scripted
from ticket_client.checks.digest import sorted_lines
from ticket_client.cli import demo
from ticket_client.cli.app import app
from ticket_client.cli.stack import run
from ticket_client.incidents.log import ticket_id
from ticket_client.retry import NO_RETRY

NUMBER = "0000001"
ID = "0190b0a0-0000-7000-8000-000000000001"
MOMENT = "2016-02-29T01:16:00Z"


def test_an_import_with_rejected_commands_ends_well_and_shows_them(tickets: CommandLine) -> None:
    result = tickets("import", tickets.log)
    assert result.exit_code == 0
    assert "4 rows of 2 tickets: 6 events" in result.stdout
    assert "ticket-closed" in result.stdout


def test_an_import_tells_programs_everything(tickets: CommandLine) -> None:
    report = tickets.json("import", tickets.log)
    del report["seconds"]
    assert report == {
        "rows": 4,
        "tickets": 2,
        "events_total": 6,
        "events": {"TicketAssigned": 2, "TicketClosed": 1, "TicketCreated": 2, "TicketStatusChanged": 1},
        "rejected": {"ticket-closed": 1},
        "rejected_commands": [{"number": NUMBER, "row": 3, "command": "ReopenTicket", "reason": "ticket-closed"}],
    }


def test_an_import_can_end_early_and_be_continued(tickets: CommandLine) -> None:
    assert tickets.json("import", tickets.log, "--until", "2016-02-29T02:00:00Z")["rows"] == 2
    assert tickets.json("import", tickets.log)["events_total"] == 6
    assert tickets.tickets.events.total() == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "nowhere.csv"], "does not exist"),
        (["import", __file__], "not an incident log"),
        (["import", __file__, "--until", "yesterday"], "--until"),
        (["verify", __file__], "test_cli.py"),
        (["export", "-o", "/nowhere/at/all"], "No such file"),
        (["nonsense"], "nonsense"),
        (["--command-url", "foo", "dashboard"], "'foo' is"),
        (["dashboard", "--query-url", "ftp://foo"], "'ftp://foo' is"),
        (["list", "--created-since", "2026-11-22"], "has no time zone"),
        (["list", "--updated-before", "now"], "2016-02-29T01:16:00Z"),
        (["list", "--skip", "99999"], "--skip"),
    ],
)
def test_wrong_usage_ends_with_2(tickets: CommandLine, arguments: list[str], message: str) -> None:
    result = tickets(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(("status", "code"), [(422, "invalid"), (400, "bad-parameter"), (400, "bad-header")])
def test_what_a_service_finds_wrong_with_the_arguments_is_wrong_usage(
    tickets: CommandLine, status: int, code: str
) -> None:
    tickets.transport = httpx2.MockTransport(lambda _: problem(status, code, "Too short"))
    result = tickets("create", "", "--customer", "c", "--subject", "s")
    assert result.exit_code == 2
    assert f"{status} {code}: Too short" in result.stderr


def test_the_digest_stands_alone(tickets: CommandLine) -> None:
    tickets("import", tickets.log)
    assert tickets("digest").stdout == tickets.digest() + "\n"
    assert tickets.json("digest") == {"ticket_digest": tickets.digest(), "tickets": 2}


def test_a_read_side_that_stays_behind_ends_with_4(tickets: CommandLine) -> None:
    behind = answer({"lag_ms": 900, "partitions": []})
    tickets.transport = httpx2.MockTransport(lambda _: behind)
    result = tickets("digest", "--timeout", 0)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "not caught up in time" in result.stderr


def test_a_service_that_does_not_answer_ends_with_3(tickets: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    monkeypatch.setattr("ticket_client.transport.RetryPolicy", lambda: NO_RETRY)
    tickets.transport = httpx2.MockTransport(refuse)
    result = tickets("--query-url", "http://127.0.0.1:8102/", "dashboard")
    assert result.exit_code == 3
    assert "tickets: http://127.0.0.1:8102 does not answer: refused" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--query-url", "http://elsewhere:1/", "export"],
        ["export", "--query-url", "http://elsewhere:1/"],
        ["--query-url", "http://nowhere:1", "export", "--query-url", "http://elsewhere:1"],
    ],
)
def test_the_services_are_named_before_or_behind_the_command(tickets: CommandLine, arguments: list[str]) -> None:
    asked = Scripted([httpx2.Response(200, content=b"")])
    tickets.transport = asked
    assert tickets(*arguments).exit_code == 0
    assert [request.url.host for request in asked.requests] == ["elsewhere"]


def test_the_environment_names_the_services_too(tickets: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETS_QUERY_URL", "http://elsewhere:1")
    asked = Scripted([httpx2.Response(200, content=b"")])
    tickets.transport = asked
    assert tickets("export").exit_code == 0
    assert [request.url.host for request in asked.requests] == ["elsewhere"]


def test_an_import_that_finds_nobody_says_so_without_the_long_patience(
    tickets: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticket_client.transport.RetryPolicy", lambda: NO_RETRY)
    asked = Scripted([httpx2.ConnectError("refused")])
    tickets.transport = asked
    assert tickets("import", tickets.log).exit_code == 3
    assert [request.url.path for request in asked.requests] == ["/freshness"]


def test_a_reader_that_goes_away_is_no_wrong_usage() -> None:
    async def write() -> None:
        raise BrokenPipeError(errno.EPIPE, "gone")

    with pytest.raises(BrokenPipeError):
        run(write())


def test_the_export_goes_to_stdout_or_to_a_file(tickets: CommandLine) -> None:
    tickets("import", tickets.log)
    lines = tickets("export").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == sorted(tickets.tickets.documents)
    output = tickets.folder / "out.ndjson"
    assert tickets("export", "-o", output).exit_code == 0
    assert output.read_text().splitlines() == lines


def test_an_export_that_breaks_off_leaves_no_file(tickets: CommandLine) -> None:
    tickets.transport = httpx2.MockTransport(lambda _: answer({"code": "unavailable"}, 503))
    output = tickets.folder / "out.ndjson"
    assert tickets("export", "-o", output).exit_code == 3
    assert [one.name for one in tickets.folder.iterdir()] == ["log.csv"]


def test_the_dashboard_for_people_and_for_programs(tickets: CommandLine) -> None:
    tickets("import", tickets.log)
    assert tickets.json("dashboard")["by_status"]["closed"] == 1
    shown = tickets("dashboard").stdout
    assert "2 tickets" in shown
    assert "self_service" in shown or "phone" in shown


@pytest.mark.parametrize("name", [NUMBER, ticket_id(NUMBER)])
def test_a_ticket_is_shown_by_its_id_or_its_number(tickets: CommandLine, name: str) -> None:
    tickets("import", tickets.log)
    found = tickets.json("show", name)
    assert found["ticket"]["external_id"] == NUMBER
    assert found["timeline"][0]["type"] == "TicketCreated"
    shown = tickets("show", name).stdout
    assert "TicketClosed" in shown
    assert shown.count("2016-02-29T02:01:00Z") == 3  # closed, updated, and the entry: whole on a narrow screen


def test_32_hex_digits_are_a_number_of_another_system(tickets: CommandLine) -> None:
    number = ID.replace("-", "")
    ticket = blank(ID, MOMENT) | {"external_id": number, "message": "m", "customer_id": "c", "updated_at": MOMENT}
    ticket |= {"status": "open", "priority": "low", "channel": "web"}
    asked = Scripted([answer([ticket]), answer(ticket), answer([])])
    tickets.transport = asked
    assert tickets.json("show", number)["ticket"]["id"] == ID
    assert asked.requests[0].url.params["external_id"] == number


def test_a_note_is_read_whole_on_a_narrow_screen_and_nothing_is_said_twice(tickets: CommandLine) -> None:
    words = [f"word{number}" for number in range(60)]
    ticket = blank("t1", MOMENT) | {"id": ID, "subject": "Printer", "message": "It burns.", "preview": "It burns."}
    ticket |= {"status": "open", "priority": "low", "channel": "web", "customer_id": "c", "updated_at": MOMENT}
    entry = {"occurred_at": MOMENT, "recorded_at": MOMENT}
    history = [
        entry | {"version": 1, "type": "TicketCreated", "visibility": "public", "data": {"message": "It burns."}},
        entry | {"version": 2, "type": "AgentNoteAdded", "visibility": "internal", "data": {"note": " ".join(words)}},
    ]
    tickets.transport = Scripted([answer(ticket), answer(history)])
    shown = tickets("show", ID).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.split("note: ")[1].split() == words
    assert "AgentNoteAdded, internal" in shown
    assert shown.count("It burns.") == 1


def test_times_are_printed_as_the_api_writes_them(tickets: CommandLine) -> None:
    ticket = blank(ID, "2016-02-29T01:16:00Z") | {"updated_at": "2016-02-29T01:16:00.574Z", "message": "m"}
    ticket |= {"status": "open", "priority": "low", "channel": "web", "customer_id": "c"}
    tickets.transport = Scripted([answer(ticket), answer([])])
    shown = tickets.json("show", ID)["ticket"]
    assert (shown["created_at"], shown["updated_at"]) == ("2016-02-29T01:16:00Z", "2016-02-29T01:16:00.574Z")
    assert "stale" not in shown


@pytest.mark.parametrize("name", ["7", ticket_id("7")])
def test_no_such_ticket_ends_with_1(tickets: CommandLine, name: str) -> None:
    assert tickets("show", name).exit_code == 1


def test_every_command_explains_itself(tickets: CommandLine) -> None:
    for name in (one.name for one in app.registered_commands):
        assert tickets(name, "--help").exit_code == 0
    assert "Exit codes: 0 done" in tickets("--help").stdout


def expected_of(tickets: CommandLine) -> dict[str, Any]:
    """What the log of these tests must come to, written down by hand but for the digest."""
    day = {"2016-02-29": 2}
    tickets("import", tickets.log)
    return {
        "until": None,
        **tickets.json("import", tickets.log),
        "by_status": {"closed": 1, "open": 1},
        "by_priority": {"normal": 2},
        "by_channel": {"phone": 2},
        "by_group": {"56": 2},
        "by_reopen_count": {"0": 2},
        "daily": {"created": day, "resolved": {}, "closed": {"2016-02-29": 1}, "reopened": {}},
        "first_resolution": {},
        "max_version": 4,
        "ticket_digest": tickets.digest(),
        "first_tickets": sorted_lines(tickets.tickets.documents.values()),
    }


def test_verify_tells_equal_from_different(tickets: CommandLine) -> None:
    expected = expected_of(tickets)
    file = tickets.folder / "expected.json"
    file.write_text(json.dumps(expected))
    assert tickets("verify", file).exit_code == 0
    assert tickets.json("verify", file) == []
    expected["by_status"]["closed"] = 7
    file.write_text(json.dumps(expected))
    result = tickets("verify", file)
    assert result.exit_code == 1
    assert "by_status.closed" in result.stdout
    difference = {"figure": "by_status.closed", "expected": 7, "actual": 1}
    assert json.loads(tickets("verify", file, "--json").stdout) == [difference]


def test_what_came_out_is_shown_whole_however_narrow_the_screen(tickets: CommandLine) -> None:
    expected = expected_of(tickets)
    wanted, came_out = "0" * 64, expected["ticket_digest"]
    file = tickets.folder / "expected.json"
    file.write_text(json.dumps(expected | {"ticket_digest": wanted}))
    shown = tickets("verify", file).stdout
    assert max(map(len, shown.splitlines())) <= 80
    cells = [line.split("│") for line in shown.splitlines() if line.count("│") == 4]
    assert "".join(line[3].strip() for line in cells).strip('"') == came_out
    assert "".join(line[2].strip() for line in cells).strip('"') == wanted


@pytest.fixture
def demo_data(tickets: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data of a demo that is over soon: the log of these tests in the place of the shipped one."""
    monkeypatch.setattr(demo, "LOG", "log.csv")
    for name in (demo.WHOLE, demo.PART):
        (tickets.folder / name).write_text(json.dumps(expected_of(tickets)))
    tickets.tickets = FakeTickets()
    tickets.transport = fake_services(tickets.tickets)
    return tickets.folder


@pytest.mark.parametrize("options", [[], ["--full"]])
def test_the_demo_imports_checks_and_says_where_to_go(
    tickets: CommandLine, demo_data: Path, options: list[str]
) -> None:
    result = tickets("--query-url", "http://127.0.0.1:8102", "demo", "--data", demo_data, *options)
    assert result.exit_code == 0, result.output
    assert tickets.digest() in result.stdout
    assert "6 events from HTTP to the query database" in result.stdout
    assert "http://127.0.0.1:8102/docs" in result.stdout


def test_a_demo_whose_figures_differ_ends_with_1_and_names_them(tickets: CommandLine, demo_data: Path) -> None:
    file = demo_data / demo.PART
    file.write_text(json.dumps(json.loads(file.read_text()) | {"rows": 5, "max_version": 9}))
    result = tickets("demo", "--data", demo_data)
    assert result.exit_code == 1
    assert "rows" in result.stdout
    assert "max_version" in result.stdout
    assert "2 figures differ" in result.stderr


def test_a_demo_waits_for_the_services_and_gives_up(
    tickets: CommandLine, demo_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "READY_SECONDS", 0.0)
    monkeypatch.setattr(demo, "READY_POLL", 0.0)
    tickets.transport = httpx2.MockTransport(lambda _: answer({}, 503))
    result = tickets("demo", "--data", demo_data)
    assert result.exit_code == 3
    assert "not ready" in result.stderr

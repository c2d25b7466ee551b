"""Commands that change tickets, as a user meets them: the fake's read side shows only what it is asked to wait for."""

import httpx2
import pytest

from client.tests.command_line import CommandLine
from client.tests.fake_http import fake_services, problem, write
from client.tests.fake_tickets import Document

CREATE = ("create", "It burns.", "--customer", "c-42", "--subject", "Printer on fire")


@pytest.fixture(autouse=True)
def lagging(tickets: CommandLine) -> None:
    tickets.transport = fake_services(tickets.tickets, lagging=True)


def only(tickets: CommandLine) -> Document:
    (ticket,) = tickets.tickets.documents.values()
    return ticket


def types(tickets: CommandLine, ticket_id: str) -> list[str]:
    return [kind for kind, _ in tickets.tickets.history[ticket_id]]


def test_a_ticket_is_created_with_all_its_fields(tickets: CommandLine) -> None:
    options = ("--priority", "high", "--channel", "email", "--tag", "a.b", "--tag", "$x", "--external-id", "INC1")
    result = tickets(*CREATE, *options)
    ticket = only(tickets)
    assert (result.exit_code, result.stdout) == (0, f"{ticket['id']}  open, version 1\n")
    fields = {"message": "It burns.", "customer_id": "c-42", "subject": "Printer on fire", "priority": "high"}
    more = {"channel": "email", "tags": ["a.b", "$x"], "external_id": "INC1"}
    assert ticket | fields | more == ticket
    assert tickets("show", ticket["id"]).exit_code == 0, "the next process reads it"


def test_where_to_reach_the_customer_is_sent_along(tickets: CommandLine) -> None:
    assert tickets(*CREATE, "--contact", "kim@example.org").exit_code == 0
    assert only(tickets)["customer_contact"] == "kim@example.org"


def test_a_key_makes_one_ticket_however_often_it_is_sent(tickets: CommandLine) -> None:
    first, second = (tickets.json(*CREATE, "--key", "k") for _ in range(2))
    assert first == second == {"id": only(tickets)["id"], "version": 1, "status": "open", "token": first["token"]}


@pytest.mark.parametrize("arguments", [CREATE[:2], ("create", *CREATE[2:]), (*CREATE, "--priority", "extreme")])
def test_a_ticket_that_lacks_something_is_wrong_usage(tickets: CommandLine, arguments: tuple[str, ...]) -> None:
    assert tickets(*arguments).exit_code == 2
    assert tickets.tickets.documents == {}


def test_a_note_comes_from_the_line_or_from_standard_input(tickets: CommandLine) -> None:
    sent: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.content)
        return write(tickets.tickets, request)

    created = tickets.json(*CREATE)["id"]
    tickets.transport = httpx2.MockTransport(lambda one: answer(one) if one.method == "POST" else problem(404, "x", ""))
    assert tickets.json("note", created, "Toner", "--author", "bob")["version"] == 2
    assert tickets.json("note", created, "-", stdin="two\nlines ü\n")["version"] == 3
    assert sent == [b'{"note":"Toner","author":"bob"}', '{"note":"two\\nlines ü"}'.encode()]


@pytest.mark.parametrize(
    "arguments", [("note", "bad \udcff"), ("note", "n", "--author", "\udcff"), ("note", "n", "--key", "ü")]
)
def test_text_that_cannot_be_sent_is_wrong_usage(tickets: CommandLine, arguments: tuple[str, ...]) -> None:
    created = tickets.json(*CREATE)["id"]
    result = tickets(arguments[0], created, *arguments[1:])
    assert result.exit_code == 2
    assert "text that cannot be sent" in result.stderr


def test_a_reply_says_which_side_speaks(tickets: CommandLine) -> None:
    created = tickets.json(*CREATE)["id"]
    assert tickets("reply", created, "On its way").exit_code == 2
    assert tickets("reply", created, "On its way", "--author", "nobody").exit_code == 2
    assert tickets.json("reply", created, "On its way", "--author", "agent")["version"] == 2
    assert tickets("reply", created, "--author", "customer", "--", "-v please").exit_code == 0
    assert types(tickets, created)[1:] == ["ReplyAdded", "ReplyAdded"]


def test_a_ticket_is_changed_in_the_order_that_lets_all_succeed(tickets: CommandLine) -> None:
    created = tickets.json(*CREATE)["id"]
    assert tickets.json("set", created, "--resolve", "--resolution", "Water")["status"] == "resolved"
    result = tickets(
        *("set", created, "--close", "--add-tag", "wet", "--status", "waiting"),
        *("--waiting-for", "vendor", "--priority", "low", "--group", "g", "--assignee", "", "--resolve"),
        *("--reopen", "--reason", "Burns again"),
    )
    assert result.stdout == f"{created}  closed, version 9\n", result.output
    assert types(tickets, created)[2:] == [
        "TicketReopened",
        "TicketStatusChanged",
        "TicketPriorityChanged",
        "TicketAssigned",
        "TicketTagsChanged",
        "TicketResolved",
        "TicketClosed",
    ]
    ticket = only(tickets)
    assert (ticket["group"], ticket["assignee"], ticket["tags"]) == ("g", None, ["wet"])
    assert (ticket["waiting_reason"], ticket["priority"]) == (None, "low")


def test_tags_are_put_on_and_taken_off(tickets: CommandLine) -> None:
    created = tickets.json(*CREATE, "--tag", "old")["id"]
    assert tickets("set", created, "--add-tag", "new", "--remove-tag", "old").exit_code == 0
    assert only(tickets)["tags"] == ["new"]


def test_a_change_ends_at_the_first_refusal_and_says_what_was_done(tickets: CommandLine) -> None:
    created = tickets.json(*CREATE)["id"]
    tickets("set", created, "--resolve")
    result = tickets("set", created, "--priority", "low", "--resolve", "--close")
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "tickets: done before the refusal: priority",
        "tickets: 409 ticket-resolved: Refused: ticket-resolved",
    ]
    assert (only(tickets)["priority"], only(tickets)["status"]) == ("low", "resolved")


def test_whoever_names_a_version_changes_that_one_alone(tickets: CommandLine) -> None:
    created = tickets.json(*CREATE)["id"]
    late = ("set", created, "--priority", "high", "--close", "--if-version")
    assert tickets(*late, 2).exit_code == 3
    assert tickets.json(*late, 1)["version"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "say what to change"),
        (["--waiting-for", "vendor"], "--status waiting"),
        (["--status", "waiting"], "--waiting-for: user_info"),
        (["--status", "open", "--waiting-for", "vendor"], "--status waiting"),
        (["--group", "g"], "--assignee"),
        (["--assignee", ""], "--group"),
        (["--resolution", "Water"], "--resolve"),
        (["--reason", "Fire"], "--reopen"),
        (["--status", "closed"], "closed"),
    ],
)
def test_a_change_that_makes_no_sense_is_wrong_usage(tickets: CommandLine, options: list[str], message: str) -> None:
    result = tickets("set", "0190b0a0-0000-7000-8000-000000000001", *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_tickets_go_by_their_external_id_where_it_names_one(tickets: CommandLine) -> None:
    for name in ("one", "two", "two"):
        tickets(*CREATE, "--external-id", name)
    tickets.transport = fake_services(tickets.tickets)
    assert tickets.json("note", "one", "n")["version"] == 2
    several = tickets("note", "two", "n")
    assert several.exit_code == 2
    assert "2 tickets have the external id two" in several.stderr
    assert tickets("set", "three", "--close").exit_code == 1


def test_a_change_that_reads_do_not_show_yet_is_a_change(tickets: CommandLine) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return write(tickets.tickets, request)
        return problem(503, "ticket-parked", "Parked", {"retry-after": "60"})

    tickets.transport = httpx2.MockTransport(answer)
    result = tickets(*CREATE)
    assert (result.exit_code, result.stdout) == (0, f"{only(tickets)['id']}  open, version 1\n")
    assert "accepted, but reads do not show it yet: 503 ticket-parked: Parked" in result.stderr

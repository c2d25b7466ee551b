"""The import against a service that fails, answers late or does what nobody expected."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.tests.fake_tickets import Document, FakeTickets
from client.tests.made_up_logs import cells, log_of, states
from ticket_client.commands import BATCH_LIMIT
from ticket_client.errors import UnreachableError
from ticket_client.incidents.log import Log, ticket_id
from ticket_client.incidents.plan import Progress, plan
from ticket_client.incidents.report import Report, in_file_order, start_report
from ticket_client.incidents.send import IN_FLIGHT, StuckError, import_log
from ticket_client.incidents.settle import settle
from ticket_client.models import Command, Outcome
from ticket_client.retry import RetryPolicy

AT_ONCE = RetryPolicy(patience=60, first_wait=0, longest_wait=0)
Trouble = Callable[[Command], str | None]


class FakeService:
    """Runs batches. `trouble` leaves a command undecided and so all that follow it for its ticket, `refuse` refuses
    one, `meddle` changes tickets between two commands."""

    def __init__(
        self,
        trouble: Trouble = lambda _: None,
        meddle: Callable[[Document], None] = lambda _: None,
        refuse: Trouble = lambda _: None,
    ) -> None:
        self.tickets = FakeTickets()
        self.batches: list[list[Command]] = []
        self._trouble = trouble
        self._meddle = meddle
        self._refuse = refuse

    async def send(self, commands: list[Command]) -> list[Outcome]:
        self.batches.append(commands)
        stuck: dict[str, str] = {}
        outcomes = []
        for one in commands:
            if one.ticket_id not in stuck and (code := self._trouble(one)):
                stuck[one.ticket_id] = code
            outcomes.append(self._run(one, stuck.get(one.ticket_id) or self._refuse(one)))
        return outcomes

    def _run(self, one: Command, trouble: str | None) -> Outcome:
        if trouble is not None:
            return Outcome(one.key, one.ticket_id, code=trouble, detail=f"It is {trouble}.")
        if one.ticket_id in self.tickets.documents:
            self._meddle(self.tickets.documents[one.ticket_id])
        return Outcome.of(self.tickets.run(one._asdict()))


async def one_by_one(log: Log, service: FakeService) -> Report:
    """The import as data/README.md tells it: every answer is awaited before the next command is made."""
    report = start_report(log)
    for history in log.histories:
        progress = Progress(history)
        while planned := plan(progress, 1):
            command = Command(
                planned[0].type, history.ticket_id, progress.key(planned[0]), planned[0].data, planned[0].at
            )
            settle(progress, planned, await service.send([command]), report)
    in_file_order(report, log)
    return report


def result(report: Report) -> dict[str, Any]:
    return {name: value for name, value in report.as_json().items() if name != "seconds"}


ROWS = st.builds(
    cells,
    number=st.sampled_from(["a", "b", "c"]),
    incident_state=st.sampled_from(["New", "Active", "Awaiting Vendor", "Resolved", "Closed", "-100"]),
    priority=st.sampled_from(["1", "3"]),
    assigned_to=st.sampled_from(["?", "8"]),
)
LOGS = st.lists(ROWS, max_size=15).map(lambda rows: log_of(*rows))


@given(LOGS, st.lists(st.sampled_from([None, None, "unavailable", "overloaded", "conflict", "key-in-use"])))
async def test_undecided_commands_are_sent_again_in_their_order(log: Log, codes: list[str | None]) -> None:
    service, calm = FakeService(lambda _: codes.pop() if codes else None), FakeService()
    report = await import_log(log, service, patience=AT_ONCE)
    assert result(report) == result(await one_by_one(log, calm))
    assert service.tickets.history == calm.tickets.history
    assert service.tickets.documents == calm.tickets.documents


@given(LOGS)
async def test_tickets_that_are_closed_meanwhile_are_planned_anew(log: Log) -> None:
    def auto_close(ticket: Document) -> None:
        if ticket["status"] == "resolved":
            ticket.update(status="closed")

    ahead, slowly = FakeService(meddle=auto_close), FakeService(meddle=auto_close)
    report = await import_log(log, ahead, patience=AT_ONCE)
    assert result(report) == result(await one_by_one(log, slowly))
    assert ahead.tickets.history == slowly.tickets.history


@given(LOGS)
async def test_importing_twice_stores_nothing_twice_and_reports_the_same(log: Log) -> None:
    service = FakeService()
    first = await import_log(log, service)
    stored = service.tickets.events
    assert first.events == stored
    assert result(await import_log(log, service)) == result(first)
    assert service.tickets.events == stored


async def test_a_run_that_was_cut_off_is_finished_by_the_next() -> None:
    log = log_of(*(row for n in range(300) for row in states("Active", "Resolved", "Closed", number=str(n))))
    whole, cut = FakeService(), FakeService()
    await import_log(log, whole)
    send_batch = cut.send

    async def die_at_the_third(commands: list[Command]) -> list[Outcome]:
        if len(cut.batches) == 2:
            await send_batch(commands[:100])  # stored, but nobody hears of it
            raise UnreachableError("killed")
        return await send_batch(commands)

    cut.send = die_at_the_third  # type: ignore[method-assign]
    with pytest.raises(UnreachableError, match="killed"):
        await import_log(log, cut)
    cut.send = send_batch  # type: ignore[method-assign]
    report = await import_log(log, cut)
    assert cut.tickets.history == whole.tickets.history
    assert report.events == whole.tickets.events


async def test_batches_are_full_and_a_ticket_is_in_one_at_a_time() -> None:
    log = log_of(*(row for n in range(200) for row in states(*["Active", "New"] * 20, number=str(n))))
    service, running, seen = FakeService(), Counter[str](), 0
    send_batch = service.send

    async def watch(commands: list[Command]) -> list[Outcome]:
        nonlocal seen
        tickets = {one.ticket_id for one in commands}
        running.update(tickets)
        seen = max(seen, *running.values())
        outcomes = await send_batch(commands)
        running.subtract(tickets)
        return outcomes

    service.send = watch  # type: ignore[method-assign]
    await import_log(log, service)
    assert seen == 1
    assert len(service.batches) <= 200 * 42 / BATCH_LIMIT + IN_FLIGHT
    assert max(map(len, service.batches)) == BATCH_LIMIT


async def test_a_ticket_that_cannot_be_created_is_reported_and_left_alone() -> None:
    log = log_of(*states("Active", "Closed"))
    service = FakeService()
    service.tickets.run(
        {"key": "k", "ticket_id": log.histories[0].ticket_id, "type": "CreateTicket", "data": {}, "occurred_at": "t"}
    )
    service.tickets.documents[log.histories[0].ticket_id]["status"] = "closed"
    report = await import_log(log, service)
    assert report.rejected[0] == ("0000001", 1, "CreateTicket", "ticket-exists")
    assert len(report.rejected) == 1
    assert service.tickets.events == Counter(TicketCreated=1)


async def test_a_row_that_finds_its_ticket_closed_by_somebody_else_is_one_rejected_reopening() -> None:
    def auto_close(ticket: Document) -> None:
        if ticket["status"] == "resolved":
            ticket.update(status="closed")

    report = await import_log(log_of(*states("Resolved", "Active")), FakeService(meddle=auto_close))
    assert report.rejected == [("0000001", 2, "ReopenTicket", "ticket-closed")]


async def test_the_rest_is_planned_anew_when_a_command_is_refused_that_was_expected_to_go_through() -> None:
    refusals = iter(["no-closing-today"])
    service = FakeService(refuse=lambda one: next(refusals, None) if one.type == "CloseTicket" else None)
    report = await import_log(log_of(*states("Resolved", "Closed", "Active")), service)
    assert report.rejected == [("0000001", 2, "CloseTicket", "no-closing-today")]
    assert [kind for kind, _ in service.tickets.history[ticket_id("0000001")]] == [
        "TicketCreated",
        "TicketAssigned",
        "TicketResolved",
        "TicketReopened",
        "TicketStatusChanged",
    ]
    assert report.events == service.tickets.events


async def test_a_change_that_somebody_else_has_made_already_is_no_event() -> None:
    service = FakeService(meddle=lambda ticket: ticket.update(group="56"))
    report = await import_log(log_of(cells()), service)
    assert report.events == service.tickets.events == Counter(TicketCreated=1)


async def test_an_unknown_state_is_listed_after_the_commands_of_its_row() -> None:
    log = log_of(*states("Closed"), cells(incident_state="-100", assigned_to="8"))
    report = await import_log(log, FakeService())
    assert report.rejected == [
        ("0000001", 2, "AssignTicket", "ticket-closed"),
        ("0000001", 2, "-", "unknown-state"),
    ]
    assert report.seconds > 0


class TwoWaits(RetryPolicy):
    """Waits twice, then gives up."""

    def waits(self) -> Iterator[float]:
        return iter([0.0, 0.0])


async def test_patience_counts_from_the_last_progress() -> None:
    tries = Counter[str]()

    def third_time_lucky(one: Command) -> str | None:
        tries[one.key] += 1
        return "overloaded" if tries[one.key] < 3 else None

    service = FakeService(third_time_lucky)
    await import_log(log_of(*states("Active", "Resolved")), service, patience=TwoWaits())
    assert service.tickets.events.total() == 4


async def test_a_service_that_decides_nothing_is_given_up() -> None:
    service = FakeService(lambda _: "unavailable")
    with pytest.raises(StuckError, match="It is unavailable"):
        await import_log(log_of(cells()), service, patience=RetryPolicy(patience=0.05, first_wait=0.01))
    assert len(service.batches) > 1


async def test_rows_are_counted_as_they_get_done() -> None:
    done: list[int] = []
    await import_log(log_of(*states("New", "New", "Closed")), FakeService(), on_rows=done.append)
    assert sum(done) == 3

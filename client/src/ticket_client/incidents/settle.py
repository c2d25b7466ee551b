"""Taking answers over: what the service did with the commands it was sent."""

from collections.abc import Sequence

from ticket_client.incidents.plan import CLOSED, CREATE, Planned, Progress
from ticket_client.incidents.report import EVENTS, Rejected, Report
from ticket_client.incidents.ticket import apply, created
from ticket_client.models import Outcome

UNDECIDED = frozenset({"unavailable", "overloaded", "conflict", "key-in-use"})
"""Problems that decide nothing about a command: it is sent again, with its key."""


def settle(progress: Progress, planned: Sequence[Planned], outcomes: Sequence[Outcome], report: Report) -> bool:
    """Move `progress` past the answers that count; False if one of the commands must be sent again.

    Nothing counts from the first undecided command on, nor after an answer that was not expected, for what follows
    was planned from a wrong state. From there the history is planned anew. What the service accepted beyond that
    point is planned again if it changed anything, for then its row differs from the ticket, and is answered from its
    key; what it refused or found unchanged has left no trace.
    """
    for command, outcome in zip(planned, outcomes, strict=True):
        if outcome.code in UNDECIDED:
            return False
        _take(progress, command, outcome, report)
        if not _expected(command, outcome):
            break
    return True


def _expected(planned: Planned, outcome: Outcome) -> bool:
    return outcome.code == planned.refusal and (outcome.code is not None or outcome.status == planned.status)


def _take(progress: Progress, planned: Planned, outcome: Outcome, report: Report) -> None:
    progress.next = planned.place.after()
    if outcome.code is None:
        _accept(progress, planned, outcome, report)
        return
    number, row = progress.history.number, planned.place.row + 1
    report.rejected.append(Rejected(number, row, planned.type, outcome.code))
    if planned.place.step == CREATE:
        progress.abandoned = True
    elif outcome.code == CLOSED and progress.ticket is not None:
        progress.ticket.status = "closed"


def _accept(progress: Progress, planned: Planned, outcome: Outcome, report: Report) -> None:
    if planned.place.step == CREATE:
        progress.ticket = created(planned.data)
    ticket = progress.ticket
    if ticket is None or outcome.version != ticket.version:
        report.events[EVENTS[planned.type]] += 1
    if ticket is not None:
        apply(ticket, planned.type, planned.data, outcome.status or planned.status)
        ticket.version = outcome.version or ticket.version

"""What an import did."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ticket_client.incidents.log import Log

EVENTS = {
    "CreateTicket": "TicketCreated",
    "UpdateStatus": "TicketStatusChanged",
    "AssignTicket": "TicketAssigned",
    "ChangePriority": "TicketPriorityChanged",
    "ResolveTicket": "TicketResolved",
    "ReopenTicket": "TicketReopened",
    "CloseTicket": "TicketClosed",
}
UNKNOWN_STATE = "unknown-state"


class Rejected(NamedTuple):
    """One command that was refused; `row` counts the rows of `number` that were imported, from 1."""

    number: str
    row: int
    command: str
    reason: str


@dataclass(slots=True)
class Report:
    """Counts of one run. A command that an earlier run had sent already counts here as it did there."""

    rows: int
    tickets: int
    events: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The report in the words of the expected.json files, with the seconds it took."""
        return {
            "rows": self.rows,
            "tickets": self.tickets,
            "events_total": self.events.total(),
            "events": dict(sorted(self.events.items())),
            "rejected": dict(sorted(Counter(one.reason for one in self.rejected).items())),
            "rejected_commands": [one._asdict() for one in self.rejected],
            "seconds": round(self.seconds, 3),
        }


def start_report(log: Log) -> Report:
    """A report that holds what needs no server: the rows whose state nobody knows."""
    report = Report(log.rows, len(log.histories))
    for history in log.histories:
        for index, row in enumerate(history.rows):
            if row.state is None:
                report.rejected.append(Rejected(history.number, index + 1, "-", UNKNOWN_STATE))
    return report


def in_file_order(report: Report, log: Log) -> None:
    """Sort the rejected commands as the log has them; answers arrive in any order."""
    order = {history.number: index for index, history in enumerate(log.histories)}
    # Sorting is stable and a row's commands were answered in their order; the state comes last in a row.
    report.rejected.sort(key=lambda one: (order[one.number], one.row, one.command == "-"))

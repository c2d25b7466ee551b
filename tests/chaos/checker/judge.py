"""The judgement: all checks, one after the other."""

from tests.chaos.checker.commands import check_commands
from tests.chaos.checker.counters import check_counters
from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.log import check_log, check_store
from tests.chaos.checker.readers import check_readers
from tests.chaos.checker.reads import check_reads
from tests.chaos.checker.state import EndState
from tests.chaos.checker.timelines import check_timelines
from tests.chaos.checker.views import check_views
from tests.chaos.checker.violations import Violation
from tests.chaos.history import History


def judge(history: History, state: EndState) -> list[Violation]:
    """Return everything that is wrong; the history's tickets alone are judged, but for counters, which have all."""
    evidence = Evidence(history, state)
    return [
        *check_commands(evidence),
        *check_store(evidence),
        *check_log(evidence),
        *check_views(evidence),
        *check_readers(state),
        *check_timelines(evidence),
        *check_counters(state),
        *check_reads(evidence),
    ]

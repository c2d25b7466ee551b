"""Where an event must be found once it is stored: the log, and every place that shows views or entries."""

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.state import Event


def missing_in(evidence: Evidence, event: Event) -> list[str]:
    """Return the names of the places that an event has not reached."""
    missing = [] if any(r.event.id == event.id for r in evidence.first_deliveries[event.ticket]) else ["the log"]
    if evidence.waits(event):
        return missing
    missing += [place for place, versions in evidence.shown.items() if versions.get(event.ticket, 0) < event.version]
    key = (event.ticket, event.version)
    return missing + [place for place, keys in evidence.listed.items() if key not in keys]

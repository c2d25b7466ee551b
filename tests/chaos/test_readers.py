"""Copies of all views, judged against a log that holds more than events in their order."""

from collections.abc import Sequence

from tests.chaos.checker.readers import check_readers
from tests.chaos.checker.state import TOPIC_FIELDS, EndState, Event, Json, LogRecord, Request, Views

MOMENT = "2024-05-01T12:00:00Z"
CREATED = {"customer_id": "c", "subject": "s", "message": "m", "channel": "web", "priority": "low"}


def logged(*versions: int) -> list[LogRecord]:
    """Return a ticket's events, in the order given, one offset after the other."""
    names = {1: ("TicketCreated", CREATED)}
    events = [Event(f"e-{v}", "t", v, *_named(names, v)) for v in versions]
    return [LogRecord(0, offset, "t", event) for offset, event in enumerate(events)]


def _named(names: dict[int, tuple[str, Json]], version: int) -> tuple[str, str, str, Json]:
    name, data = names.get(version, ("TicketClosed", {}))
    return name, MOMENT, MOMENT, data


def wrong(log: Sequence[LogRecord], *documents: Json, asked_at: int | None = None) -> int:
    """Return how many violations a topic with these documents has."""
    views = Views("the topic", TOPIC_FIELDS, documents)
    asked = [] if asked_at is None else [Request(0, asked_at, "t", MOMENT, "eve")]
    state = EndState([], log, [views], [], {}, {}, asked)
    return len(list(check_readers(state)))


def view(version: int, offset: int) -> Json:
    return {"id": "t", "kind": "view", "version": version, "offset": offset}


def test_a_healed_ticket_stands_where_the_missing_event_came() -> None:
    assert wrong(logged(1, 3, 2), view(3, 2)) == 0
    assert wrong(logged(1, 3, 2), view(3, 1)) == 1


def test_an_operators_request_moves_the_view_and_an_earlier_one_does_not() -> None:
    assert wrong(logged(1, 2), view(2, 5), asked_at=5) == 0
    assert wrong(logged(1, 2), view(2, 1), asked_at=5) == 1
    assert wrong(logged(1, 2), view(2, 1), asked_at=-1) == 0


def test_a_marker_of_erasure_is_no_view() -> None:
    assert wrong([], {"id": "t", "kind": "erased", "version": 2, "offset": 0}) == 0
    assert wrong([], view(2, 0)) == 1

"""The checker's plain model of parked tickets and the projector's own come to the same, on any log."""

from hypothesis import given, settings
from hypothesis import strategies as st

from projector_service.domain.messages import Message
from tests.chaos.checker import parking as model
from tests.chaos.checker.state import Event, LogRecord, Poison, Request
from tests.chaos.collect.texts import told
from tests.support import planning
from tests.support.planning import STEPS, TICKET, Bench

MOMENT = "2024-05-01T12:00:00Z"
DEFAULTS = {"TicketResolved": {"resolution": None}}


def event(version: int, offset: int) -> tuple[Message, model.Message]:
    """Return an event of the story, as each of the two reads it."""
    name, data = STEPS[version - 1]
    known = Event(f"event-{version}", TICKET, version, name, MOMENT, MOMENT, DEFAULTS.get(name, {}) | told(data))
    return planning.event(version, offset), LogRecord(0, offset, TICKET, known)


def refused(version: int, offset: int) -> tuple[Message, model.Message]:
    """Return an event that is read well and never folds, for it makes a ticket that is there."""
    name, data = STEPS[0]
    made = Event(f"again-{version}", TICKET, version, name, MOMENT, MOMENT, told(data))
    fact = planning.again(version, offset, event_id=f"again-{version}")
    return fact, LogRecord(0, offset, TICKET, made)


def sick(version: int, offset: int) -> tuple[Message, model.Message]:
    """Return an event that cannot be read."""
    poison = planning.sick(planning.event(version, offset, event_id=f"sick-{version}"))
    return poison, Poison(0, offset, TICKET, f"sick-{version}", version)


def drop(offset: int, message: int | None, version: int | None) -> tuple[Message, model.Message]:
    """Return an operator's drop of a message, of versions, or of both."""
    what = {name: value for name, value in (("message", message), ("version", version)) if value is not None}
    asked = Request(0, offset, TICKET, MOMENT, "eve", "no use", message, version)
    return planning.drop(offset, **what), asked


@settings(max_examples=500)
@given(st.data())
def test_model_and_projector_agree(data: st.DataObject) -> None:
    kinds = st.sampled_from(["event"] * 5 + ["refused", "sick", "garbage", "redrive", "message", "version", "both"])
    bench, ticket = Bench(), model.Ticket()
    said = [event(1, 0)]
    for offset in range(1, data.draw(st.integers(2, 14))):
        version, message = data.draw(st.integers(1, 4)), data.draw(st.integers(0, offset))
        made = {
            "event": event(version, offset),
            "refused": refused(max(2, version), offset),
            "sick": sick(version, offset),
            "garbage": (planning.garbage(offset), Poison(0, offset, TICKET)),
            "redrive": (planning.redrive(offset), Request(0, offset, TICKET, MOMENT, "eve")),
            "message": drop(offset, message, None),
            "version": drop(offset, None, version),
            "both": drop(offset, message, version),
        }
        said.append(made[data.draw(kinds)])
    for theirs, ours in said:
        bench.take(theirs)
        ticket.take(ours)
        assert ticket.version == bench.view.version
        assert ticket.offset == bench.view.offset
        assert [m.offset for m in ticket.waiting] == sorted(bench.waiting)
        assert [e["event_id"] for e in ticket.entries] == [bench.entries[v]["event_id"] for v in sorted(bench.entries)]
        assert [e["type"] for e in ticket.entries] == [bench.entries[v]["type"] for v in sorted(bench.entries)]
        shown = bench.view.model_dump(mode="json")
        fields = ("status", "group", "note_count", "reopen_count", "has_note", "resolution")
        assert {f: ticket.states[-1][f] for f in fields} == {f: shown[f] for f in fields}
        assert sum(event.name == "TicketResolved" for event in ticket.events) == sum(
            day["resolved"] for day in bench.counted()["daily"]
        )

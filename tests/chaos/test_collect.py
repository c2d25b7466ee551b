"""What the collectors make of records and answers."""

from base64 import b64encode

from tests.chaos.checker.state import Counts
from tests.chaos.collect.counts import counts_of_answers, counts_of_records
from tests.chaos.collect.texts import keys_of, to_event
from ticket_chassis.sealing import new_key, seal
from ticket_contracts.text import TextKey

TICKET = "00000000-0000-4000-8000-000000000001"
KID = "00000000-0000-4000-8000-00000000000a"

EXPECTED = Counts(
    total=3,
    status={"open": 2, "closed": 1},
    priority={"low": 3},
    channel={"web": 3},
    groups={None: (2, 2), "a": (1, 0)},
    days={"2024-05-01": {"created": 3, "closed": 1}},
    resolutions={"low": (1, 1500)},
)


def record(**counts: object) -> dict[str, object]:
    empty: dict[str, object] = {"total": 0, "by_group": [], "daily": [], "first_resolution": []}
    return empty | {"by_status": {}, "by_priority": {}, "by_channel": {}} | counts


def test_the_records_of_all_partitions_are_added_up_and_zeros_left_out() -> None:
    first = record(
        total=2,
        by_status={"open": 2, "resolved": 0},
        by_priority={"low": 2},
        by_channel={"web": 2},
        by_group=[{"key": None, "tickets": 2, "live": 2}, {"key": "b", "tickets": 0, "live": 0}],
        daily=[{"day": "2024-05-01", "created": 2, "closed": 0}],
        first_resolution=[{"priority": "low", "tickets": 1, "total_ms": 1500}],
    )
    second = record(
        total=1,
        by_status={"closed": 1},
        by_priority={"low": 1},
        by_channel={"web": 1},
        by_group=[{"key": "a", "tickets": 1, "live": 0}],
        daily=[{"day": "2024-05-01", "created": 1, "closed": 1}],
    )
    assert counts_of_records([first, second]) == EXPECTED


def test_the_dashboard_says_the_same() -> None:
    dashboard = {
        "total": 3,
        "by_status": {"open": 2, "closed": 1, "waiting": 0},
        "by_priority": {"low": 3, "high": 0},
        "by_channel": {"web": 3, "ivr": 0},
        "by_group": [{"group": None, "tickets": 2, "live": 2}, {"group": "a", "tickets": 1, "live": 0}],
    }
    daily = {
        "days": [{"day": "2024-04-30", "created": 0, "closed": 0}, {"day": "2024-05-01", "created": 3, "closed": 1}],
        "first_resolution": {
            "low": {"tickets": 1, "total_seconds": 1.5},
            "high": {"tickets": 0, "total_seconds": 0},
        },
    }
    assert counts_of_answers(dashboard, daily) == EXPECTED


def test_both_versions_of_a_creation_say_what_the_command_said() -> None:
    key = new_key()
    contact = seal("kim@example.org", TICKET, KID, key).model_dump()
    envelope = {"id": "event", "subject": TICKET, "ticketversion": 1, "time": "t", "recordedtime": "t"}
    bare = envelope | {"type": "tickets.TicketCreated.v1", "data": {"customer_id": "c"}}
    full = envelope | {"type": "tickets.TicketCreated.v2", "data": {"customer": {"id": "c", "contact": contact}}}
    assert to_event(bare, {}).data == {"customer_id": "c"}
    assert to_event(full, {KID: key}).data == {"customer_id": "c", "customer_contact": "kim@example.org"}


def test_sealed_text_is_opened() -> None:
    key = new_key()
    known = TextKey.model_validate({
        "kid": KID, "version": 1, "key": b64encode(key).decode(), "created_at": "2024-05-01T12:00:00Z",
    })  # fmt: skip
    sealed = seal("smells", TICKET, KID, key)
    envelope = {
        "id": "event", "subject": TICKET, "ticketversion": 2, "type": "tickets.AgentNoteAdded.v1",
        "time": "2024-05-01T12:00:00Z", "recordedtime": "2024-05-02T12:00:00Z",
        "data": {"note": sealed.model_dump(), "author": None},
    }  # fmt: skip
    event = to_event(envelope, keys_of({KID: known.model_dump_json().encode()}), "key")
    assert (event.name, event.data, event.key) == ("AgentNoteAdded", {"note": "smells", "author": None}, "key")

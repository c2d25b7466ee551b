import pytest

from client.tests.made_up_logs import cells
from ticket_client.incidents.rows import creation, read_row, subject
from ticket_client.incidents.stamps import parse_until, utc


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [("29/2/2016 01:16", "2016-02-29T01:16:00Z"), ("3/12/2016 23:05", "2016-12-03T23:05:00Z")],
)
def test_stamps_are_day_first_and_utc(stamp: str, expected: str) -> None:
    assert utc(stamp) == expected


@pytest.mark.parametrize("stamp", ["?", "2016-02-29 01:16", "30/2/2016 01:16", "1/1/2016"])
def test_what_is_no_stamp_is_refused(stamp: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        utc(stamp)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-04-01T00:00:00Z", "2016-04-01T00:00:00Z"),
        ("2016-04-01T02:00:00+02:00", "2016-04-01T00:00:00Z"),
        ("2016-04-01T00:00:00.999Z", "2016-04-01T00:00:00Z"),
    ],
)
def test_until_is_taken_in_any_zone(text: str, expected: str) -> None:
    assert parse_until(text) == expected


def test_until_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_until("2016-04-01T00:00:00")


@pytest.mark.parametrize(
    ("category", "subcategory", "expected"),
    [
        ("55", "170", "Category 55 / Subcategory 170"),
        ("55", None, "Category 55"),
        (None, "170", "Subcategory 170"),
        (None, None, "Uncategorised"),
    ],
)
def test_subject(category: str | None, subcategory: str | None, expected: str) -> None:
    assert subject(category, subcategory) == expected


def test_creation_from_a_full_row() -> None:
    assert creation(cells()) == (
        "2016-02-29T01:16:00Z",
        {
            "external_id": "0000001",
            "customer_id": "2403",
            "channel": "phone",
            "priority": "normal",
            "subject": "Category 55 / Subcategory 170",
            "message": "Symptom 72",
        },
    )


def test_creation_from_a_row_with_nothing_in_it() -> None:
    _, data = creation(cells(caller_id="?", category="?", subcategory="?", u_symptom="?"))
    assert (data["customer_id"], data["subject"], data["message"]) == (
        "unknown",
        "Uncategorised",
        "No symptom recorded",
    )


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        ("Phone", "phone"),
        ("Email", "email"),
        ("Self service", "self_service"),
        ("Direct opening", "direct"),
        ("IVR", "ivr"),
    ],
)
def test_channels(contact: str, channel: str) -> None:
    assert creation(cells(contact_type=contact))[1]["channel"] == channel


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("New", ("open", None)),
        ("Active", ("in_progress", None)),
        ("Awaiting User Info", ("waiting", "user_info")),
        ("Awaiting Problem", ("waiting", "problem")),
        ("Awaiting Vendor", ("waiting", "vendor")),
        ("Awaiting Evidence", ("waiting", "evidence")),
        ("Resolved", ("resolved", None)),
        ("Closed", ("closed", None)),
        ("-100", None),
    ],
)
def test_states(state: str, expected: tuple[str, str | None] | None) -> None:
    assert read_row(1, cells(incident_state=state)).state == expected


@pytest.mark.parametrize(("number", "priority"), [("1", "urgent"), ("2", "high"), ("3", "normal"), ("4", "low")])
def test_priorities(number: str, priority: str) -> None:
    assert read_row(1, cells(priority=number)).priority == priority


def test_missing_group_and_assignee_are_none() -> None:
    row = read_row(1, cells(assignment_group="?", assigned_to="?"))
    assert (row.group, row.assignee) == (None, None)


@pytest.mark.parametrize(("column", "cell"), [("priority", "9"), ("contact_type", "Fax")])
def test_a_word_that_nobody_knows_is_named(column: str, cell: str) -> None:
    with pytest.raises(ValueError, match=f"{column} is '{cell}'"):
        creation(cells(**{column: cell}))

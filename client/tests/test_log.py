import gzip
from pathlib import Path

import pytest

from client.tests.made_up_logs import cells, csv_of, log_of
from ticket_client.incidents.log import LogError, read_log, ticket_id

UNTIL = "2016-03-01T00:00:00Z"


def test_rows_of_one_number_need_not_stand_together() -> None:
    log = log_of(cells(number="b"), cells(number="a"), cells(number="b", priority="1"))
    assert [(one.number, [row.priority for row in one.rows]) for one in log.histories] == [
        ("b", ["normal", "urgent"]),
        ("a", ["normal"]),
    ]
    assert log.rows == 3


def test_rows_are_never_sorted_by_time() -> None:
    log = log_of(cells(sys_updated_at="2/3/2016 00:00"), cells(sys_updated_at="1/3/2016 00:00"))
    assert [row.at[:10] for row in log.histories[0].rows] == ["2016-03-02", "2016-03-01"]


def test_until_keeps_the_minute_itself_and_leaves_out_what_is_later() -> None:
    log = log_of(cells(sys_updated_at="1/3/2016 00:00"), cells(sys_updated_at="1/3/2016 00:01"), until=UNTIL)
    assert log.rows == 1


def test_an_incident_without_rows_left_is_left_out() -> None:
    assert log_of(cells(sys_updated_at="2/3/2016 00:00"), until=UNTIL).histories == []


def test_positions_count_the_rows_that_until_leaves_out() -> None:
    rows = [cells(sys_updated_at="2/3/2016 00:00"), cells(), cells()]
    assert [row.position for row in log_of(*rows, until=UNTIL).histories[0].rows] == [2, 3]


def test_creation_comes_from_the_first_row_that_is_kept() -> None:
    rows = [cells(sys_updated_at="2/3/2016 00:00", caller_id="1"), cells(caller_id="2")]
    assert log_of(*rows, until=UNTIL).histories[0].creation["customer_id"] == "2"


def test_ticket_ids_follow_from_the_number() -> None:
    assert ticket_id("0000001") == ticket_id("0000001") != ticket_id("0000002")


def test_files_are_read_plain_and_gzipped(tmp_path: Path) -> None:
    plain, packed = tmp_path / "log.csv", tmp_path / "log.csv.gz"
    plain.write_text(csv_of(cells(), cells(priority="1")))
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    lines: list[int] = []
    assert read_log(plain, on_line=lines.append) == read_log(packed)
    assert lines == [2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no column number"),
        ("number,priority\n", "no column incident_state"),
        (csv_of(cells(), cells(priority="7")), "line 3: priority is '7'"),
        (csv_of(cells(sys_updated_at="?")), "line 2"),
        (csv_of(cells()) + "x,1\n", "line 3: 2 cells, the header has 13"),
    ],
)
def test_what_is_no_log_is_said_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(content)
    with pytest.raises(LogError, match=message):
        read_log(path)


def test_a_file_that_is_not_gzipped_after_all_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_text(csv_of(cells()))
    with pytest.raises(LogError, match="gzip"):
        read_log(path)

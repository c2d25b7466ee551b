import pytest

from ticket_client.consistency import TOKEN_LIMIT, Reading, Tokens


def test_the_newest_version_of_a_ticket_counts_also_when_answers_overtake_each_other() -> None:
    tokens = Tokens()
    for token in ("a:1", "b:1", "a:3", "a:2"):
        tokens.add(token)
    assert tokens.all() == ["b:1", "a:3"]


def test_the_tickets_written_last_are_kept_as_many_as_the_header_allows() -> None:
    tokens = Tokens()
    for number in range(TOKEN_LIMIT):
        tokens.add(f"t{number}:1")
    tokens.add("t0:2")
    tokens.add("new:1")
    kept = tokens.all()
    assert len(kept) == TOKEN_LIMIT == 50
    assert kept[-2:] == ["t0:2", "new:1"]
    assert tokens.of("t1") == []


def test_one_ticket_is_found_by_its_id_in_either_case() -> None:
    tokens = Tokens()
    tokens.add("abc-1:7")
    tokens.add("other:1")
    assert tokens.of("ABC-1") == ["abc-1:7"]


@pytest.mark.parametrize(
    ("asked", "remembered", "sent"),
    [
        ([], [], None),
        (["a:1"], [], "a:1"),
        ("a:1", [], "a:1"),
        ([], ["b:1", "c:1"], "b:1,c:1"),
        (["a:1"], ["b:1"], "b:1,a:1"),
        (["a:1"] * 49, ["b:1", "c:1"], ",".join(["c:1", *["a:1"] * 49])),
        (["a:1"] * 51, ["b:1"], ",".join(["a:1"] * 51)),  # too many by themselves: the service says so
    ],
)
def test_what_is_asked_for_goes_before_what_is_remembered(
    asked: list[str], remembered: list[str], sent: str | None
) -> None:
    assert Reading(asked).headers(remembered).get("consistency-token") == sent

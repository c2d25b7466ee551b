"""What can be searched for: words, what tickets are posted under, and the order that follows."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.domain.words import WORD_MAX, born, pair_post, posts_of, words_in

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE = str(uuid.UUID(int=1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Printer on FIRE, printer!", ["printer", "on", "fire"]),
        ("Category 26/Subcategory 174", ["category", "26", "subcategory", "174"]),
        ("Überlänge café STRASSE straße", ["uberlange", "cafe", "strasse"]),
        ("a_b-c.d", ["a", "b", "c", "d"]),
        ("x" * (WORD_MAX + 9), ["x" * WORD_MAX]),
        ("印刷機 ①", ["印刷機", "1"]),
        ("मेरे खाते की जानकारी, मेरे!", ["मेरे", "खाते", "की", "जानकारी"]),
        ("தமிழ் ภาษาไทยสวย", ["தமிழ", "ภาษาไทยสวย"]),
        ("Drucker\u00adproblem \u0645\u06cc\u200c\u062e\u0648", ["druckerproblem", "\u0645\u06cc\u062e\u0648"]),
        ("ภาษา\u200bไทย ⚠\ufe0f 1\u20e3 ❤️‍🔥", ["ภาษา", "ไทย", "1"]),
        ("\u093e -- \u0301", []),
        ("é_à", ["e", "a"]),
        (" -- ", []),
    ],
)
def test_words_are_without_case_and_accents_and_each_once(text: str, words: list[str]) -> None:
    assert words_in(text) == words


def test_a_short_ticket_is_posted_under_its_words_and_every_two_of_them(a_view: Any) -> None:
    posts = posts_of(a_view(ONE, subject="Printer", message="printer smokes", external_id="INC7"))
    words = {"inc7:a", "printer:a", "smokes:c"}
    assert set(posts) == words | {
        pair_post("inc7", "printer", 2),
        pair_post("smokes", "printer", 1),
        pair_post("inc7", "smokes", 1),
    }


def test_a_long_ticket_is_posted_under_its_words_alone(a_view: Any) -> None:
    posts = posts_of(a_view(ONE, subject="Printer", message=" ".join(f"w{n}" for n in range(30))))
    assert sorted(map(str, posts)) == sorted(["printer:b", *(f"w{n}:d" for n in range(30))])


def test_what_a_ticket_is_posted_under_does_not_change_with_it(a_view: Any) -> None:
    first, later = a_view(ONE, 1), a_view(ONE, 9, status="closed", tags=("a",), updated_at=NOW, group="g")
    assert (posts_of(first), born(first)) == (posts_of(later), born(later))


def test_pairs_and_births_fit_into_the_numbers_of_the_database(a_view: Any) -> None:
    for time in (datetime.min.replace(tzinfo=UTC), NOW, datetime.max.replace(tzinfo=UTC)):
        assert -(2**63) <= born(a_view(ONE, created_at=time)) < 2**63
    for word in ("a", "zebra", "\U0001f600"):
        assert -(2**63) <= pair_post(word, "b", 2) < 2**63


def test_whoever_is_born_later_has_the_higher_number(a_view: Any) -> None:
    ids = [str(uuid.UUID(int=n)) for n in range(50)]
    earlier = [born(a_view(ticket_id, created_at=NOW)) for ticket_id in ids]
    assert len(set(earlier)) == len(ids)
    assert max(earlier) < min(born(a_view(ticket_id, created_at=NOW + timedelta(seconds=1))) for ticket_id in ids)

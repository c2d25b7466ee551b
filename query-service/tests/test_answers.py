"""What is kept in memory is what the database would answer: for any history of changes, and any list."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from query_service.adapters.memory import MemoryTickets, MemoryWriter
from query_service.answers import LOOKS, LOOKS_AT_ONCE, Answer, AnswerCache
from query_service.domain.listing import ListQuery, Place, Sort, TicketFilter
from query_service.domain.news import COUNTERS_MOVED, OF_DAILY, OF_DASHBOARD, news_of, of_page, of_ticket
from query_service.queries.list_tickets import list_tickets
from ticket_contracts.fields import Status
from ticket_contracts.views import ErasedTicket

IDS = [str(uuid.UUID(int=n)) for n in range(1, 9)]
ONE, TWO = IDS[:2]
NOON = datetime(2016, 3, 1, 12, tzinfo=UTC)
TIMES = st.integers(0, 6).map(lambda minutes: NOON + timedelta(minutes=minutes))
STATUSES = st.sampled_from([Status.OPEN, Status.TRIAGED])

FILTERS = st.builds(
    TicketFilter,
    status=st.sampled_from([(), (Status.OPEN,), (Status.OPEN, Status.TRIAGED)]),
    group=st.sampled_from([None, "a"]),
    created_since=st.none() | TIMES,
    updated_before=st.none() | TIMES,
)
LISTS = st.builds(
    ListQuery,
    filter=FILTERS,
    sort=st.sampled_from(list(Sort)),
    limit=st.integers(1, 4),
    after=st.none() | st.builds(Place, time=TIMES, ticket_id=st.sampled_from(IDS)),
    skip=st.sampled_from([0, 0, 1]),
)
TICKET = st.fixed_dictionaries(
    {
        "id": st.sampled_from(IDS),
        "status": STATUSES,
        "group": st.sampled_from([None, "a", "b"]),
        "created_at": TIMES,
        "updated_at": TIMES,
        "is_erased": st.sampled_from([False, False, False, True]),
    }
)


SHOWN = ("status", "group", "created_at", "updated_at")


def erased(ticket_id: str, version: int) -> ErasedTicket:
    return ErasedTicket(id=ticket_id, version=version, partition=0, offset=version, erased_at=NOON)


def an_answer(body: bytes = b"[]") -> Answer:
    return Answer(body, b'"1"')


def opened(limit: int = 1_000_000) -> AnswerCache:
    answers = AnswerCache(limit)
    answers.open()
    return answers


def a_record(fields: dict[str, Any], version: int, a_view: Any) -> Any:
    if fields["is_erased"]:
        return erased(fields["id"], version)
    return a_view(fields["id"], version, **{name: fields[name] for name in SHOWN})


# The fixture is a plain function, so that nothing is left of one example in the next.
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=st.lists(LISTS, min_size=1, max_size=4), changes=st.lists(TICKET, min_size=1, max_size=12))
async def test_a_page_that_is_kept_is_the_page_that_would_be_read(a_view: Any, lists: Any, changes: Any) -> None:
    writer, answers = MemoryWriter(), opened()
    tickets = MemoryTickets(writer)
    for version, fields in enumerate(changes, start=1):
        for number, query in enumerate(lists):
            begun = answers.begin()
            page = await list_tickets(query, tickets)
            answers.keep(begun, (str(number), b""), an_answer(page.body), of_page(query, page.places))
        record = a_record(fields, version, a_view)
        await writer.write_views([record])
        answers.hear([news_of(record)])
        for number, query in enumerate(lists):
            kept = answers.get((str(number), b""))
            assert kept is None or kept.body == (await list_tickets(query, tickets)).body


def test_a_change_elsewhere_leaves_an_answer_alone(a_view: Any) -> None:
    answers = opened()
    query = ListQuery(TicketFilter(status=(Status.OPEN,)), limit=1)
    page = of_page(query, [Place(NOON, ONE), Place(NOON - timedelta(hours=1), TWO)])
    answers.keep(answers.begin(), ("page", b""), an_answer(), page)
    answers.keep(answers.begin(), ("ticket", b""), an_answer(), of_ticket(ONE))
    answers.keep(answers.begin(), ("dashboard", b""), an_answer(), OF_DASHBOARD)
    answers.keep(answers.begin(), ("daily", b""), an_answer(), OF_DAILY)
    answers.hear(
        [news_of(a_view(IDS[2], status="closed")), news_of(a_view(IDS[3], updated_at=NOON - timedelta(days=1)))]
    )
    assert len(answers) == 4
    answers.hear([COUNTERS_MOVED])
    assert answers.get(("dashboard", b"")) is answers.get(("daily", b"")) is None
    assert len(answers) == 2


def a_walk(answers: AnswerCache, pages: int) -> None:
    """Keep so many pages of one ticket each, all older than NOON."""
    places = [Place(NOON - timedelta(hours=n), str(uuid.UUID(int=n))) for n in range(1, pages + 2)]
    for number in range(pages):
        query = ListQuery(limit=1, after=places[number - 1] if number else Place(NOON, ONE))
        page = of_page(query, places[number : number + 2])
        answers.keep(answers.begin(), (str(number), b""), an_answer(), page)


def later(number: int, a_view: Any) -> Any:
    """Return the news of a ticket that stands before all pages of a walk."""
    return news_of(a_view(str(uuid.UUID(int=10_000 + number)), updated_at=NOON + timedelta(hours=1)))


def test_a_change_is_held_against_a_bounded_number_of_answers(a_view: Any) -> None:
    answers = opened(10_000_000)
    a_walk(answers, LOOKS)
    answers.hear([later(1, a_view)])
    assert len(answers) == LOOKS
    a_walk(answers, LOOKS + 1)
    answers.hear([later(2, a_view)])
    assert len(answers) == 0


def test_changes_that_are_heard_together_are_held_against_a_bounded_number_of_answers(a_view: Any) -> None:
    answers = opened(10_000_000)
    a_walk(answers, LOOKS)
    most = LOOKS_AT_ONCE // LOOKS
    answers.hear(later(number, a_view) for number in range(most))
    assert len(answers) == LOOKS
    answers.hear(later(number, a_view) for number in range(most + 1))
    assert len(answers) == 0


def test_what_was_read_before_a_change_is_not_kept_after_it(a_view: Any) -> None:
    answers = opened()
    begun = answers.begin()
    answers.hear([news_of(a_view(ONE))])
    answers.keep(begun, ("one", b""), an_answer(), of_ticket(ONE))
    answers.keep(begun, ("two", b""), an_answer(), of_ticket(TWO))
    assert answers.get(("one", b"")) is None
    assert answers.get(("two", b"")) is not None


def test_a_reading_does_not_take_the_place_of_a_later_one() -> None:
    answers = opened()
    first, second = answers.begin(), answers.begin()
    answers.keep(second, ("one", b""), an_answer(b"later"), of_ticket(ONE))
    answers.keep(first, ("one", b""), an_answer(b"earlier"), of_ticket(ONE))
    kept = answers.get(("one", b""))
    assert kept is not None
    assert kept.body == b"later"


def test_a_reading_that_missed_more_news_than_are_remembered_is_not_kept(a_view: Any) -> None:
    answers = opened()
    begun = answers.begin()
    answers.hear(news_of(a_view(TWO)) for _ in range(1_001))
    answers.keep(begun, ("one", b""), an_answer(), of_ticket(ONE))
    assert len(answers) == 0


def test_what_was_read_before_it_was_closed_is_not_kept_when_it_is_open_again() -> None:
    answers = opened()
    begun = answers.begin()
    answers.keep(begun, ("one", b""), an_answer(), of_ticket(ONE))
    answers.close()
    assert answers.begin() is None
    assert len(answers) == answers.size == 0
    answers.open()
    answers.keep(begun, ("one", b""), an_answer(), of_ticket(ONE))
    assert len(answers) == 0


def test_bytes_are_limited_and_what_was_asked_for_longest_ago_goes_first() -> None:
    answers = opened(limit=10_000)
    for name in ("a", "b", "c"):
        answers.keep(answers.begin(), (name, b""), an_answer(b"x" * 2_000), of_ticket(ONE))
    assert answers.get(("a", b"")) is not None
    answers.keep(answers.begin(), ("d", b""), an_answer(b"x" * 2_000), of_ticket(ONE))
    assert [answers.get((name, b"")) is not None for name in "abcd"] == [True, False, True, True]
    assert answers.size <= 10_000
    answers.keep(answers.begin(), ("large", b""), an_answer(b"x" * 20_000), of_ticket(ONE))
    assert answers.get(("large", b"")) is None
    answers.hear([news_of(erased(ONE, 9))])
    assert answers.size == 0


def test_what_was_asked_counts_and_the_link_that_repeats_it() -> None:
    answers = opened(limit=100_000)
    answers.keep(answers.begin(), ("plain", b""), an_answer(), of_ticket(ONE))
    before = answers.size
    asked, link = b"x" * 1_000, b"x" * 1_100
    linked = Answer(an_answer().body, an_answer().etag, ((b"link", link),))
    answers.keep(answers.begin(), ("linked", asked), linked, of_ticket(ONE))
    assert answers.size == 2 * before + len(asked) + len(link)


def test_what_is_gzipped_meanwhile_counts_as_well() -> None:
    answers = opened(limit=5_000)
    first, second = an_answer(b"x" * 1_000), an_answer(b"x" * 1_000)
    for name, answer in (("first", first), ("second", second)):
        answers.keep(answers.begin(), (name, b""), answer, of_ticket(ONE))
    before = answers.size
    second.gzipped = b"x" * 300
    for _ in range(2):
        answers.weigh(("second", b""))
        assert (answers.size, len(answers)) == (before + 300, 2)
    second.gzipped = b"x" * 3_000
    answers.weigh(("second", b""))
    assert answers.get(("first", b"")) is None
    assert answers.get(("second", b"")) is second
    answers.weigh(("first", b""))
    answers.hear([news_of(erased(ONE, 9))])
    assert answers.size == 0


def test_behind_a_skip_any_ticket_may_move_the_page(a_view: Any) -> None:
    answers = opened()
    query = ListQuery(TicketFilter(status=(Status.OPEN,)), limit=1, skip=1)
    answers.keep(answers.begin(), ("page", b""), an_answer(), of_page(query, [Place(NOON, TWO)]))
    answers.hear([news_of(a_view(ONE, 2, status="closed"))])  # it was the one that is skipped
    assert len(answers) == 0

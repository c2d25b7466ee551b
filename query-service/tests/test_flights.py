"""Equal questions that come together are one question to the database, and nobody is answered too early by it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from pymongo.errors import AutoReconnect

from query_service.adapters.memory import MemoryCounters, MemoryTickets
from query_service.answers import Answer, AnswerCache
from query_service.domain.news import OF_ANY_TICKET, news_of
from query_service.flights import Flights

ONE = str(uuid.UUID(int=1))
MANY = 20
ASKED = ("/tickets", b"")
LISTS = ["/tickets", "/tickets?status=open&sort=created_at&limit=3", "/tickets?q=printer"]
BOARDS = ["/dashboard", "/dashboard/daily?from=2016-01-01&to=2016-01-02"]


class Gate:
    """Counts questions to the store, and holds each back behind its reading until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = 0
        self.failure: Exception | None = None
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    def around(self, read: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def gated(*arguments: Any) -> Any:
            self.asked += 1
            found = await read(*arguments)
            try:
                await self._opened.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            if self.failure is not None:
                raise self.failure
            return found

        return gated


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Let the store in memory answer when the gate says."""
    gate = Gate()
    for store, name in ((MemoryTickets, "page"), (MemoryTickets, "search"), (MemoryCounters, "offsets")):
        monkeypatch.setattr(store, name, gate.around(getattr(store, name)))
    return gate


@pytest.fixture
async def stored(in_memory: Any, answers: AnswerCache, a_view: Any) -> None:
    """Let there be a ticket, and news be heard."""
    await in_memory.writer.write_views([a_view(ONE)])
    answers.open()


async def settled() -> None:
    """Let all tasks come to where they wait."""
    for _ in range(200):
        await asyncio.sleep(0)


async def asking(client: httpx2.AsyncClient, path: str, times: int, **how: Any) -> list[asyncio.Task[httpx2.Response]]:
    """Ask, and return the requests when they wait."""
    tasks = [asyncio.create_task(client.get(path, **how)) for _ in range(times)]
    await settled()
    return tasks


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("path", [*LISTS, *BOARDS])
async def test_equal_requests_are_one_question(client: httpx2.AsyncClient, gate: Gate, path: str) -> None:
    requests = await asking(client, path, MANY)
    requests += await asking(client, path, MANY, headers={"Prefer": "wait=1"})
    gate.open()
    responses = await asyncio.gather(*requests)
    assert gate.asked == 1
    assert {(response.status_code, response.content) for response in responses} == {(200, responses[0].content)}
    assert len({response.headers["x-correlation-id"] for response in responses}) == 2 * MANY
    assert [response.headers.get("preference-applied") for response in responses[MANY - 1 : MANY + 1]] == [
        None,
        "wait=1",
    ]


@pytest.mark.usefixtures("stored")
async def test_other_requests_are_questions_of_their_own(client: httpx2.AsyncClient, gate: Gate) -> None:
    requests = [task for path in LISTS for task in await asking(client, path, 2)]
    gate.open()
    await asyncio.gather(*requests)
    assert gate.asked == len(LISTS)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("path", LISTS)
async def test_who_asks_after_news_is_not_answered_by_what_was_read_before(
    client: httpx2.AsyncClient, gate: Gate, in_memory: Any, answers: AnswerCache, a_view: Any, path: str
) -> None:
    before = await asking(client, path, 2)
    view = a_view(ONE, 2, subject="Printer on fire")
    await in_memory.writer.write_views([view])
    answers.hear([news_of(view)])
    after = await asking(client, path, 2)
    assert gate.asked == 2
    gate.open()
    assert [response.json()[0]["version"] for response in await asyncio.gather(*before, *after)] == [1, 1, 2, 2]
    assert (await client.get(path)).json()[0]["version"] == 2


@pytest.mark.usefixtures("stored")
async def test_a_token_is_answered_by_what_was_read_after_it_was_satisfied(
    client: httpx2.AsyncClient, gate: Gate, in_memory: Any, a_view: Any
) -> None:
    before = await asking(client, "/tickets", 2)
    # By another process, and not heard of yet.
    await in_memory.writer.write_views([a_view(ONE, 2)])
    token = await asking(client, "/tickets", 3, headers={"Consistency-Token": f"{ONE}:2"})
    after = await asking(client, "/tickets", 2)
    gate.open()
    shown = [response.json()[0]["version"] for response in await asyncio.gather(*before, *token, *after)]
    assert shown == [1, 1, 2, 2, 2, 2, 2]
    # One question of those with a token goes for all of them that were satisfied together, and for who comes later.
    assert 2 <= gate.asked <= 4
    assert (await client.get("/tickets")).json()[0]["version"] == 2  # the earlier reading ended last and is not kept


@pytest.mark.usefixtures("stored")
async def test_who_asked_first_and_goes_away_does_not_take_the_answer_from_others(
    client: httpx2.AsyncClient, gate: Gate
) -> None:
    first, *others = await asking(client, "/tickets", 3)
    first.cancel()
    await settled()
    others += await asking(client, "/tickets", 1)
    gate.open()
    assert [response.status_code for response in await asyncio.gather(*others)] == [200] * 3
    assert (gate.asked, gate.cancelled) == (1, 0)


@pytest.mark.usefixtures("stored")
async def test_a_reading_that_nobody_waits_for_is_ended(client: httpx2.AsyncClient, gate: Gate) -> None:
    requests = await asking(client, "/tickets", 3)
    for request in requests:
        request.cancel()
    await settled()
    assert gate.cancelled == 1
    gate.open()
    assert (await client.get("/tickets")).status_code == 200
    assert gate.asked == 2


@pytest.mark.usefixtures("stored")
async def test_an_error_is_told_to_each_as_its_own_problem_and_to_nobody_else(
    client: httpx2.AsyncClient, gate: Gate
) -> None:
    requests = await asking(client, "/tickets", 3)
    gate.failure = AutoReconnect("away")
    gate.open()
    responses = await asyncio.gather(*requests)
    assert [(response.status_code, response.json()["code"]) for response in responses] == [(503, "unavailable")] * 3
    assert {response.headers["content-type"] for response in responses} == {"application/problem+json"}
    assert len({response.headers["x-correlation-id"] for response in responses}) == 3
    assert gate.asked == 1
    gate.failure = None
    assert (await client.get("/tickets")).status_code == 200


class Readings:
    """Readings for Flights: each waits until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def read(self) -> Answer:
        self.begun += 1
        number = self.begun
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            await settled()  # as a driver does that has a connection to close
            raise
        return Answer(str(number).encode(), b'"1"')


async def bodies(flights: Flights, readings: Readings, *anew: bool, apart: bool = True) -> list[bytes]:
    """Ask one after the other, in a turn of the loop each if `apart`; return what each gets."""
    tasks = []
    for each in anew:
        tasks.append(asyncio.create_task(flights.share(ASKED, readings.read, OF_ANY_TICKET, anew=each)))
        if apart:
            await settled()
    await settled()
    assert len(flights) == 1
    readings.may_end.set()
    found = [answer.body for answer in await asyncio.gather(*tasks)]
    assert len(flights) == 0
    return found


async def test_a_reading_that_has_not_begun_is_right_for_whoever_has_a_token(answers: AnswerCache) -> None:
    answers.open()
    assert await bodies(Flights(answers), Readings(), False, True, True, apart=False) == [b"1"] * 3
    assert await bodies(Flights(answers), Readings(), False, True, True, False) == [b"1", b"2", b"3", b"3"]


async def test_while_no_news_is_heard_nothing_that_has_begun_is_shared(answers: AnswerCache) -> None:
    assert await bodies(Flights(answers), Readings(), False, False) == [b"1", b"2"]
    assert await bodies(Flights(answers), Readings(), False, False, apart=False) == [b"1", b"1"]


async def test_a_reading_that_is_being_ended_is_not_joined(answers: AnswerCache) -> None:
    flights, readings = Flights(answers), Readings()
    answers.open()
    gone = asyncio.create_task(flights.share(ASKED, readings.read, OF_ANY_TICKET, anew=False))
    await settled()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone  # whoever waits for it asks before the reading is told
    assert await bodies(flights, readings, False) == [b"2"]


@pytest.mark.stack
@pytest.mark.parametrize("path", LISTS)
async def test_mongodb_is_asked_once(
    mongo_client: httpx2.AsyncClient, collections: Any, answers: AnswerCache, a_view: Any, path: str
) -> None:
    database = collections.tickets.database

    async def questions(requests: int) -> int:
        """Return what so many equal requests at once make the server do."""
        await database.system.profile.drop()
        await database.command("profile", 2)
        responses = await asyncio.gather(*(mongo_client.get(path) for _ in range(requests)))
        await database.command("profile", 0)
        assert {response.status_code for response in responses} == {200}
        return int(await database.system.profile.count_documents({"ns": collections.tickets.full_name}))

    await collections.tickets.insert_one({"_id": ONE})  # the collection is there
    one = await questions(1)
    assert one > 0
    answers.open()
    assert await questions(MANY) == one
    answers.renew()
    view = a_view(ONE, 2)
    answers.hear([news_of(view)])
    assert await questions(MANY) == one

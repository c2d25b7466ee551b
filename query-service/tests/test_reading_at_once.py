"""A ticket by its id is read before any routing: the answer is that of the long way, or the long way gives it."""

import asyncio
import uuid
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from query_service.answers import AnswerCache
from query_service.http import kept_answers
from query_service.http.quick_routes import QuickRoute

ONE, TWO = (str(uuid.UUID(int=n)) for n in (1, 2))
PATH = f"/tickets/{ONE}"
OF_THE_MOMENT = ("x-correlation-id", "projection-lag-ms")


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the templates of the routes that requests came to, as they come."""
    found: list[str] = []
    handle = QuickRoute.handle

    async def note(route: QuickRoute, *asgi: Any) -> None:
        found.append(route.path)
        await handle(route, *asgi)

    monkeypatch.setattr(QuickRoute, "handle", note)
    return found


@pytest.fixture
async def one(in_memory: Any, a_view: Any) -> None:
    """Store a ticket that is worth compressing."""
    await in_memory.writer.write_views([a_view(ONE, message="A printer on fire. " * 400)])


def without_chance(answer: Any) -> Any:
    named = {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}
    return answer.status_code, answer.content, named


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("path", [PATH, PATH.upper().replace("TICKETS", "tickets")])
@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}, {"If-None-Match": '"1"'}, {"If-None-Match": "*"}])
async def test_the_answer_is_that_of_the_long_way(
    client: Any, routed: list[str], path: str, headers: dict[str, str]
) -> None:
    asked = {"Accept-Encoding": "identity", "X-Correlation-Id": "abc"} | headers
    short = await client.get(path, headers=asked)
    assert routed == []
    long = await client.get(path, headers=asked | {"Content-Length": "0"})
    assert len(routed) == 1
    assert without_chance(short) == without_chance(long)
    assert short.headers["x-correlation-id"] == "abc"
    assert int(short.headers["projection-lag-ms"]) >= 0


@pytest.mark.usefixtures("one")
async def test_what_was_read_is_kept(client: Any, in_memory: Any, answers: AnswerCache) -> None:
    answers.open()
    given = await client.get(PATH)
    in_memory.writer.views.clear()
    assert (await client.get(PATH)).content == given.content


@pytest.mark.parametrize(
    ("path", "status"), [(PATH, 404), ("/tickets/x", 404), ("/tickets/", 404), (f"{PATH}?a=1", 400)]
)
async def test_what_is_not_found_or_asked_wrongly_is_a_problem_of_the_long_way(
    client: Any, path: str, status: int
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["x-correlation-id"]


@pytest.mark.parametrize(("failure", "status"), [(AutoReconnect("away"), 503), (TypeError("a defect"), 500)])
async def test_what_goes_wrong_is_not_tried_twice(
    client: Any, in_memory: Any, monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int
) -> None:
    tries: list[str] = []

    async def fail(ticket_id: str) -> None:
        tries.append(ticket_id)
        raise failure

    monkeypatch.setattr(in_memory.tickets, "find", fail)
    answer = await client.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert tries == [ONE]


@pytest.mark.usefixtures("one")
async def test_more_reads_than_may_be_in_hand_go_the_long_way(
    client: Any, in_memory: Any, routed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "READ_AT_ONCE", 1)
    find, may_end = in_memory.tickets.find, asyncio.Event()

    async def wait(ticket_id: str) -> Any:
        await may_end.wait()
        return await find(ticket_id)

    monkeypatch.setattr(in_memory.tickets, "find", wait)
    async with asyncio.TaskGroup() as tasks:
        first, second = (tasks.create_task(client.get(PATH)) for _ in range(2))
        async with asyncio.timeout(5):
            while not routed:  # noqa: ASYNC110 - the first of the two that comes on
                await asyncio.sleep(0)
        may_end.set()
    assert len(routed) == 1
    assert first.result().content == second.result().content
    assert (await client.get(PATH)).is_success
    assert len(routed) == 1, "what has ended counts no more"

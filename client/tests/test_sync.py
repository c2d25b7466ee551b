import asyncio
import gc
import inspect
from collections.abc import AsyncGenerator, Callable, Iterator
from threading import Event, Thread
from threading import enumerate as threads
from typing import Any

import pytest

from client.tests.fake_http import fake_services
from client.tests.fake_tickets import FakeTickets
from client.tests.served import served
from ticket_client.commands import CommandService
from ticket_client.problems import TicketNotFound
from ticket_client.queries import QueryService
from ticket_client.sync import Commands, Queries, Session
from ticket_client.sync.loop import LoopThread
from ticket_client.transport import Service

DEADLINE = 10.0


@pytest.fixture
def url() -> Iterator[str]:
    """Both services, on a read side that shows only what it is asked to wait for."""
    with served(fake_services(FakeTickets(), lagging=True)) as url:
        yield url


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    with Session(url, url) as session:
        yield session


def test_the_same_without_await(session: Session) -> None:
    created = session.commands.create_ticket("c", "Printer", "It burns", tags=["toner"])
    assert session.queries.ticket(created.id).tags == ["toner"]
    session.commands.resolve_ticket(created.id, "Water")
    assert [one.type for one in session.queries.timeline(created.id)] == ["TicketCreated", "TicketResolved"]
    with pytest.raises(TicketNotFound, match="Ticket not found"):
        session.queries.ticket("another")


def test_pages_are_iterators_that_may_be_left(session: Session) -> None:
    for number in range(5):
        session.commands.create_ticket("c", f"No. {number}", "m")
    assert [one.subject for one in session.queries.tickets(skip=1)] == ["No. 3", "No. 2", "No. 1", "No. 0"]
    pages = session.queries.ticket_pages(limit=2)
    first = next(pages)
    assert [one.subject for one in first.items] == ["No. 4", "No. 3"]
    pages.close()
    rest = session.queries.ticket_pages(limit=2, cursor=first.cursor)
    assert [[one.subject for one in page.items] for page in rest] == [["No. 2", "No. 1"], ["No. 0"]]


def test_what_is_left_open_ends_with_the_session(url: str) -> None:
    session = Session(url, url)
    session.commands.create_ticket("c", "s", "m")
    lines = session.queries.export_lines()
    next(lines)
    session.close()
    session.close()
    assert "ticket-client" not in [thread.name for thread in threads()]
    with pytest.raises(RuntimeError, match="closed"):
        session.queries.ready()
    with pytest.raises(RuntimeError, match="closed"):
        next(lines)


async def test_it_works_where_a_loop_runs_already(session: Session) -> None:
    assert session.commands.ready()


@pytest.mark.parametrize(("kind", "service"), [(Commands, CommandService), (Queries, QueryService)])
def test_no_call_is_missing_and_each_is_documented(kind: type, service: type[Service]) -> None:
    plumbing = {"call", "lines", "close"}
    public = {name for name, _ in inspect.getmembers(service, inspect.isfunction) if name[0] != "_"} - plumbing
    assert {name for name in vars(kind) if name[0] != "_"} == public
    for name in public:
        assert vars(kind)[name].__doc__ == getattr(service, name).__doc__


def test_what_nobody_waits_for_any_more_does_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = LoopThread()
    started, ended = Event(), Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def nothing() -> None:
        pass

    def interrupted(*_: object) -> None:
        assert started.wait(DEADLINE)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("concurrent.futures.Future.result", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loop.run(work())
    assert ended.wait(DEADLINE)
    loop.close(nothing())


def test_an_iterator_that_is_interrupted_says_so_and_ends_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, waits, ended = LoopThread(), Event(), Event()

    async def items() -> AsyncGenerator[None, None]:
        try:
            waits.set()
            await asyncio.Event().wait()
            yield
        finally:
            await asyncio.sleep(0.01)  # as giving a connection back takes
            ended.set()

    async def nothing() -> None:
        pass

    def interrupted(_: object) -> None:
        monkeypatch.undo()  # the end is waited for
        assert waits.wait(DEADLINE)
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(loop.iterate(items()))
    assert ended.is_set()
    loop.close(nothing())


def test_a_call_of_another_thread_ends_with_the_session() -> None:
    loop = LoopThread()
    waits, outcome = Event(), list[str]()
    others: list[Thread] = []

    async def work() -> None:
        waits.set()
        await asyncio.Event().wait()

    async def items() -> AsyncGenerator[None, None]:
        await work()
        yield

    async def nothing() -> None:
        pass

    def ask(call: Callable[[], object]) -> None:
        try:
            call()
        except RuntimeError as error:
            outcome.append(str(error))

    for call in (lambda: loop.run(work()), lambda: next(loop.iterate(items()))):
        waits.clear()
        others.append(Thread(target=ask, args=(call,), daemon=True))
        others[-1].start()
        assert waits.wait(DEADLINE)
    loop.close(nothing())
    for other in others:
        other.join(DEADLINE)
    assert outcome == ["the session was closed meanwhile"] * 2


@pytest.mark.parametrize("where", ["in the loop's own thread", "as another call begins"])
def test_an_iterator_that_only_the_collector_ends_holds_nobody_up(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, ended = LoopThread(), Event()
    begin = asyncio.run_coroutine_threadsafe

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            for number in range(2):
                yield number
        finally:
            await asyncio.sleep(0)
            ended.set()

    def leave_it() -> None:
        given = loop.iterate(numbers())
        around: list[object] = [given]
        around.append(around)  # as an error that is kept holds its frame, and that the error
        next(given)

    async def work() -> None:
        if where == "in the loop's own thread":
            gc.collect()

    def collecting(*call: Any) -> Any:
        monkeypatch.undo()
        gc.collect()
        return begin(*call)

    gc.disable()  # until it is asked for
    try:
        leave_it()
        if where == "as another call begins":
            monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", collecting)
        call = Thread(target=lambda: loop.run(work()), daemon=True)
        call.start()
        call.join(DEADLINE)
        assert not call.is_alive()
    finally:
        gc.enable()
    assert ended.wait(DEADLINE)
    loop.close(work())

"""One leader at a time, by the database's clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from command_service.execution.admission import NotAdmitted
from command_service.leasing.clock import DatabaseClock
from command_service.leasing.lease import Lease, LeaseLost
from command_service.leasing.led_job import LedJob
from command_service.leasing.together import together
from ticket_chassis.mongo import Document


def test_the_time_of_day_of_this_machine_may_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    server_time, clock = datetime(2016, 3, 1, tzinfo=UTC), DatabaseClock()
    monkeypatch.setattr("command_service.leasing.clock.monotonic", lambda: 100.0)
    assert clock.now() is None
    clock.observe(server_time)
    monkeypatch.setattr("command_service.leasing.clock.monotonic", lambda: 101.5)
    assert clock.now() == server_time + timedelta(seconds=1.5)


@pytest.mark.stack
async def test_a_lease_has_one_holder_and_rising_terms(own: AsyncDatabase[Document]) -> None:
    clock = DatabaseClock()
    one, two = Lease(own, "job", clock), Lease(own, "job")
    await one.acquire()
    one.check()
    assert clock.now() is not None
    waiting = asyncio.create_task(two.acquire())
    done, _ = await asyncio.wait([waiting], timeout=1.5)
    assert not done
    await one.release()
    await asyncio.wait_for(waiting, 5)
    assert two.term > one.term
    with pytest.raises(LeaseLost):
        one.check()


@pytest.mark.stack
async def test_a_holder_that_was_overtaken_notices_at_the_next_renewal(own: AsyncDatabase[Document]) -> None:
    one, two = Lease(own, "job"), Lease(own, "job")
    await one.acquire()
    await own["leases"].update_one({"_id": "job"}, [{"$set": {"until": "$$NOW"}}])
    await asyncio.wait_for(two.acquire(), 5)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(one.keep(), 10)


@pytest.mark.stack
async def test_a_clock_that_was_set_back_does_not_make_a_lease_longer(own: AsyncDatabase[Document]) -> None:
    gone, lives, waits = Lease(own, "job"), Lease(own, "job"), Lease(own, "job")
    await gone.acquire()
    in_an_hour = [{"$set": {"until": {"$dateAdd": {"startDate": "$$NOW", "unit": "hour", "amount": 1}}}}]
    await own["leases"].update_one({"_id": "job"}, in_an_hour)
    await asyncio.wait_for(lives.acquire(), 15)

    await own["leases"].update_one({"_id": "job"}, in_an_hour)
    keeping, waiting = asyncio.create_task(lives.keep()), asyncio.create_task(waits.acquire())
    done, _ = await asyncio.wait([keeping, waiting], timeout=8)
    assert not done
    keeping.cancel()
    waiting.cancel()
    await asyncio.gather(keeping, waiting, return_exceptions=True)


@pytest.mark.stack
async def test_a_led_job_runs_on_one_instance_and_moves_to_the_next(own: AsyncDatabase[Document]) -> None:
    ran: list[str] = []
    moved = asyncio.Event()

    async def job(name: str) -> int:
        ran.append(name)
        if len(set(ran)) == 2:
            moved.set()
        return 1

    jobs = [LedJob("job", Lease(own, "job"), lambda name=name: job(name), 0.05) for name in ("one", "two")]  # type: ignore[misc]
    first = asyncio.create_task(jobs[0].run())
    async with asyncio.timeout(10):
        while not ran:  # noqa: ASYNC110 - the job has no other sign of life
            await asyncio.sleep(0.01)
    second = asyncio.create_task(jobs[1].run())
    assert set(ran) == {"one"}
    first.cancel()
    await asyncio.wait_for(moved.wait(), 10)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)


@pytest.mark.stack
async def test_a_led_job_that_is_refused_pauses_before_it_tries_again(own: AsyncDatabase[Document]) -> None:
    ran = 0

    async def job() -> int:
        nonlocal ran
        ran += 1
        raise NotAdmitted("the store takes nothing new")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await LedJob("job", Lease(own, "job"), job, 600.0).run()
    assert ran == 1


async def test_what_runs_together_ends_together() -> None:
    ended: list[str] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("for ever")

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LeaseLost("gone")

    with pytest.raises(LeaseLost):
        await together(for_ever(), fails())
    assert ended == ["for ever"]


async def test_a_swallowed_cancellation_does_not_keep_the_others_waiting() -> None:
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LeaseLost("gone")

    with pytest.raises(LeaseLost):
        await asyncio.wait_for(together(stubborn(), fails()), 10)
    assert swallowed.is_set()

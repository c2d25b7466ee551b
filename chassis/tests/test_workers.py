"""Several workers are one service: one port, one word on health and metrics, one end."""

import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from chassis.tests.test_server import ENVIRONMENT
from chassis.tests.waiting import DEADLINE, until
from chassis.tests.web_app import make_app
from devstack.ports import free_port
from ticket_chassis.running import server_config
from ticket_chassis.settings import ServiceSettings
from ticket_chassis.workers.place import Place
from ticket_chassis.workers.port import SharedPort
from ticket_chassis.workers.worker import WorkerServer

SERVICE = "chassis.tests.trial_workers"


class Trial:
    """A running service of several workers."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> httpx2.Response:
        """Return an answer on a connection of its own, from whichever worker the kernel chose."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=DEADLINE) as client:
            return await client.get(path)

    @asynccontextmanager
    async def client_of(self, pid: int) -> AsyncIterator[httpx2.AsyncClient]:
        """Yield a client whose connection is with one worker."""
        for _ in range(100):
            async with httpx2.AsyncClient(base_url=self.url, timeout=DEADLINE) as client:
                if (await client.get("/pid")).json() == pid:
                    yield client
                    return
        pytest.fail(f"no connection with {pid}")

    async def ask(self, pid: int, path: str) -> httpx2.Response:
        """Return the answer of one worker."""
        async with self.client_of(pid) as client:
            return await client.get(path)

    def workers(self) -> list[int]:
        """Return the processes of its workers."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    async def is_ready(self) -> bool:
        """Say whether all workers are there and ready."""
        try:
            return (await self.get("/readyz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def ready(self) -> None:
        """Return once all workers are there and ready."""
        async with asyncio.timeout(DEADLINE):
            while not await self.is_ready():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.02)

    async def ended(self) -> tuple[int | None, list[dict[str, object]], str]:
        """Return exit code, log and standard error, once it has ended and all its workers have."""
        async with asyncio.timeout(DEADLINE):
            out, err = await self.process.communicate()  # the workers hold its ends as well
        return self.process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


@asynccontextmanager
async def begun(environment: Mapping[str, str], port: int = 0) -> AsyncIterator[Trial]:
    """Yield the service, just started; it and its workers are gone afterwards."""
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SERVICE, stdout=PIPE, stderr=PIPE,
        env={**os.environ, **ENVIRONMENT, "PORT": str(port), "WORKERS": "2", **environment},
    )  # fmt: skip
    try:
        yield Trial(process, port)
    finally:
        if process.returncode is None:
            # The workers too: one that is suspended would not hear that its supervisor is gone.
            for child in psutil.Process(process.pid).children():
                child.kill()
            process.kill()
        await process.communicate()


@asynccontextmanager
async def serving(environment: Mapping[str, str] | None = None) -> AsyncIterator[Trial]:
    """Yield the service, ready."""
    async with begun(environment or {}) as trial:
        await trial.ready()
        yield trial


async def test_connections_are_spread_over_the_workers() -> None:
    async with serving() as trial:
        answers = await asyncio.gather(*(trial.get("/pid") for _ in range(60)))
        found = Counter(answer.json() for answer in answers)
        assert set(found) == set(trial.workers())
        # Even odds for each: fewer than 10 of 60 happens once in 10,000,000 times.
        assert min(found.values()) >= 10


async def test_one_worker_is_one_process() -> None:
    async with serving({"WORKERS": "1"}) as trial:
        assert trial.workers() == []
        assert (await trial.get("/pid")).json() == trial.process.pid
        assert "worker" not in (await trial.get("/metrics")).text


async def test_whichever_is_asked_tells_the_metrics_of_all() -> None:
    async with serving() as trial:
        pids = trial.workers()
        for pid in pids:
            await trial.ask(pid, "/pid")
        texts = [(await trial.ask(pid, "/metrics")).text for pid in pids]
    for text in texts:
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert {sample.labels["worker"]: sample.value for sample in families["tickets_trial_pid"].samples} == {
            str(number): pid for number, pid in enumerate(pids, 1)
        }
        kinds = [s.labels for s in families["tickets_trial_requests"].samples if s.name.endswith("_total")]
        assert kinds == [{"kind": "pid", "worker": "1"}, {"kind": "pid", "worker": "2"}]
        assert text.count("# TYPE tickets_trial_requests_total counter") == 1


async def test_one_worker_that_is_not_ready_is_told_by_all() -> None:
    async with serving() as trial:
        first, second = trial.workers()
        assert (await trial.get("/readyz")).json()["details"] == {"worker 1: threads": "1", "worker 2: threads": "1"}
        await trial.ask(second, "/break")
        for pid in (first, second):
            answer = await trial.ask(pid, "/readyz")
            assert (answer.status_code, answer.json()["problems"]) == (503, {"worker 2: parts": "worn out"})
            assert answer.headers["retry-after"] == "1"


async def test_a_worker_that_does_not_answer_is_not_ready() -> None:
    async with serving() as trial:
        first, second = trial.workers()
        async with trial.client_of(second) as client:
            psutil.Process(first).suspend()
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["problems"]) == (503, {"worker 1": "does not answer"})
            samples = [line for line in (await client.get("/metrics")).text.splitlines() if "worker=" in line]
            assert samples
            assert all('worker="2"' in line for line in samples)
            psutil.Process(first).resume()
            await trial.ready()


async def test_a_worker_that_is_killed_is_replaced_and_the_others_serve_meanwhile() -> None:
    async with serving() as trial:
        first, second = trial.workers()
        os.kill(first, signal.SIGKILL)
        await until(lambda: not psutil.pid_exists(first))  # with it go the connections that it had not taken yet
        assert (await trial.get("/pid")).status_code == 200
        await until(lambda: len(trial.workers()) == 2 and first not in trial.workers())
        await trial.ready()
        (new,) = set(trial.workers()) - {second}
        assert (await trial.ask(new, "/pid")).json() == new


async def test_a_worker_that_stands_still_is_replaced() -> None:
    async with serving({"SILENT_SECONDS": "3"}) as trial:
        first, second = trial.workers()
        stuck = asyncio.create_task(trial.ask(first, "/stand-still"))
        with pytest.raises(httpx2.RemoteProtocolError):
            await stuck
        await trial.ready()
        assert second in trial.workers()
        assert first not in trial.workers()


async def test_a_supervisor_that_was_paused_does_not_blame_its_workers() -> None:
    async with serving({"SILENT_SECONDS": "2"}) as trial:
        pids = trial.workers()
        everybody = [psutil.Process(pid) for pid in (*pids, trial.process.pid)]
        for process in everybody:
            process.suspend()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await trial.process.wait()
        for process in reversed(everybody):
            process.resume()
        await trial.ready()
        assert trial.workers() == pids


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_all_end_in_order_with_the_exit_code_of_one_process(number: signal.Signals) -> None:
    codes = []
    for workers in ("1", "2"):
        async with serving({"WORKERS": workers}) as trial:
            trial.process.send_signal(number)
            code, log, err = await trial.ended()
        codes.append(code)
        assert err == ""
        assert [event["event"] for event in log].count("lifespan ended") == int(workers)
    assert codes[0] == codes[1]
    assert {event.get("worker") for event in log} >= {1, 2}


async def test_workers_end_when_their_supervisor_is_killed() -> None:
    async with serving() as trial:
        pids = trial.workers()
        trial.process.kill()
        code, log, _ = await trial.ended()
        assert code == -signal.SIGKILL
        assert [event["event"] for event in log].count("lifespan ended") == len(pids)
        await until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


async def test_a_worker_that_begins_as_all_end_ends_in_order_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uvicorn")
    life, supervisors_end = os.pipe()
    os.close(supervisors_end)
    heard, beats = multiprocessing.Pipe(duplex=False)
    port = SharedPort("127.0.0.1", 0)
    settings = ServiceSettings(
        port=0, mongo_uri=SecretStr("mongodb://a"), mongo_database="a", kafka_bootstrap_servers="a"
    )
    app = make_app()
    with contextlib.closing(port), heard, beats:
        place = Place(1, 2, port, tmp_path / "removed", life, beats)
        await WorkerServer(app, server_config(app, settings), place)._serve([port.bound()])
    os.close(life)
    assert "Finished server process" in caplog.text


async def test_a_service_whose_workers_cannot_start_ends_and_says_so() -> None:
    async with begun({"CANNOT_START": "true"}) as trial:
        code, log, _ = await trial.ended()
    assert code == 3
    assert "a worker cannot start, so the service does not" in [event["event"] for event in log]
    assert any("the database is of another form" in str(event) for event in log)


async def test_a_wrong_number_of_workers_is_refused_by_name() -> None:
    async with begun({"WORKERS": "0"}) as trial:
        code, log, err = await trial.ended()
    assert (code, log) == (2, [])
    assert "WORKERS" in err


async def test_a_port_that_somebody_listens_on_is_not_shared() -> None:
    async with serving() as trial, begun({}, int(trial.url.rpartition(":")[2])) as second:
        code, log, _ = await second.ended()
        assert code == 3
        assert [event["event"] for event in log] == ["cannot listen"]
        assert await trial.is_ready()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        async with begun({}, stranger.getsockname()[1]) as third:
            assert (await third.ended())[0] == 3

"""The parts of the rig, each on its own: proxies that cut, a clock that is shifted, a disk that is full."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devstack.command import Command
from devstack.errors import StackError
from devstack.overrides import Override, override_of, set_override
from devstack.ports import HOST
from devstack.project import COMPONENTS, KAFKA, SERVICES, Project
from tests.chaos.rig.clocks import Clocks, ensure_clock_library
from tests.chaos.rig.links import LINKS, PORTS, free_port, lay_links
from tests.chaos.rig.toxiproxy import Toxiproxy, ensure_toxiproxy, toxiproxy
from tests.support.stack import OFFSETS

_PRINTS_ITS_CLOCK = """
import sys, time, datetime
for _ in sys.stdin:
    print(time.time(), datetime.datetime.now().timestamp(), time.monotonic(), flush=True)
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """Yield the port of a server that sends back what it gets."""
    script = f"""
import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(100):
            self.request.sendall(data)
with socketserver.ThreadingTCPServer(({HOST!r}, 0), Echo) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def _echoes(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=0.5) as connection:
            connection.sendall(b"hello")
            return connection.recv(5) == b"hello"
    except OSError:
        return False


@pytest.fixture
def link(echo: int, tmp_path: Path) -> Iterator[tuple[Toxiproxy, int]]:
    """Yield a proxy server, and the port of its one proxy, which leads to the echo."""
    try:
        ensure_toxiproxy()
    except StackError as error:
        pytest.skip(str(error))
    port = free_port()
    with toxiproxy({"link": (port, echo)}, tmp_path) as server:
        yield server, port


def test_a_proxy_passes_on_refuses_falls_silent_and_is_cured(link: tuple[Toxiproxy, int]) -> None:
    proxies, port = link
    assert _echoes(port)
    proxies.refuse("link")
    assert not _echoes(port)
    proxies.cure_all()
    assert _echoes(port)
    proxies.poison("link", [{"type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}}])
    assert not _echoes(port)
    proxies.cure_all()
    assert _echoes(port)


def test_a_proxy_server_that_crashes_comes_back_whole(link: tuple[Toxiproxy, int]) -> None:
    proxies, port = link
    proxies.refuse("link")
    for process in psutil.Process().children():
        if "-config" in process.cmdline():
            process.kill()
            process.wait(10)
    proxies.cure_all()
    assert _echoes(port)


def test_no_link_takes_a_port_that_its_stack_is_about_to_take() -> None:
    stack = {Project("any", offset).port(component) for offset in OFFSETS for component in COMPONENTS}
    controllers = {Project("any", offset).port(KAFKA) + 1 for offset in OFFSETS}
    assert not (stack | controllers).intersection(PORTS)


def test_every_link_has_a_proxy_and_whoever_uses_it_is_led_there() -> None:
    project = Project("links", 300)
    links = lay_links(project)
    assert set(links.by_name) == set(LINKS)
    assert len({link.port for link in links.by_name.values()}) == len(LINKS)
    for service in SERVICES:
        team = service.removesuffix("-service")
        told = links.override(service).environment
        assert f":{links.by_name[f'{team}--mongo'].port}/" in told["MONGO_URI"]
        assert told["KAFKA_BOOTSTRAP_SERVERS"].endswith(f":{links.by_name[f'{team}--kafka'].port}")
        assert f"{team.upper()}://{told['KAFKA_BOOTSTRAP_SERVERS']}" in " ".join(links.override(KAFKA).arguments)


def test_a_shifted_clock_is_what_the_process_sees_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        library = ensure_clock_library()
    except StackError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(Project, "directory", tmp_path)
    clocks = Clocks(Project("clocks"), library)
    environment = os.environ | dict(clocks.override("query-service").environment)
    with subprocess.Popen(
        [sys.executable, "-c", _PRINTS_ITS_CLOCK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:

        def clock() -> list[float]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            return [float(value) for value in process.stdout.readline().split()]

        before = clock()
        clocks.shift("query-service", -300)
        behind = clock()
        clocks.right()
        after = clock()
    for place in (0, 1):
        assert -300 <= behind[place] - before[place] < -290
        assert 0 <= after[place] - before[place] < 10
    assert behind[2] >= before[2], "what time has passed is not touched"


def test_an_override_is_kept_for_every_later_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "directory", tmp_path)
    project = Project("overrides")
    plain = Command(("program",), {"A": "1", "B": "1"})
    assert override_of(project, KAFKA).over(plain) == plain
    set_override(project, KAFKA, Override(("--more",), {"B": "2"}))
    assert override_of(project, KAFKA).over(plain) == Command(("program", "--more"), {"A": "1", "B": "2"})

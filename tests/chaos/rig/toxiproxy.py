"""Toxiproxy: the server, built once with Go into the project's cache, and what is asked of it."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from devstack.command import CACHE, fetch_once, require_tool, run
from devstack.ports import HOST
from devstack.waiting import wait_until
from tests.chaos.rig.links import free_port

_VERSION = "2.12.0"
_MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{_VERSION}"
_INSTALL_GO = "sudo apt-get install -y golang-go"
_BUILD_LIMIT_S = 400.0
_START_LIMIT_S = 10.0
_CALL_LIMIT_S = 10.0
_LOOK_S = 0.1

Toxic = Mapping[str, Any]


def ensure_toxiproxy() -> str:
    """Return the path of the server's program, built once; raises StackError when Go is missing or cannot build it."""
    target = CACHE / f"toxiproxy-{_VERSION}"
    fetch_once(target, _build)
    return str(target / "server")


def _build(into: Path) -> None:
    into.mkdir()
    environment = os.environ | {"GOBIN": str(into)}
    argv = [require_tool("go", _INSTALL_GO), "install", _MODULE]
    run(argv, seconds=_BUILD_LIMIT_S, what="building toxiproxy with Go", environment=environment)


class Toxiproxy:
    """A running server, asked over its own HTTP interface; raises httpx2.HTTPError when it refuses."""

    def __init__(self, port: int) -> None:
        self._http = httpx2.Client(base_url=f"http://{HOST}:{port}", timeout=_CALL_LIMIT_S)

    def close(self) -> None:
        """Close the connections to it."""
        self._http.close()

    def answers(self) -> bool:
        """Say whether it can be asked."""
        try:
            return self._http.get("/version").is_success
        except httpx2.TransportError:
            return False

    def refuse(self, name: str) -> None:
        """End the connections of a proxy and refuse new ones."""
        self._post(f"/proxies/{name}", {"enabled": False})

    def poison(self, name: str, toxics: list[Toxic]) -> None:
        """Put toxics into a proxy's connections, present and coming."""
        for number, toxic in enumerate(toxics):
            self._post(f"/proxies/{name}/toxics", {"name": f"{name}-{number}", **toxic})

    def cure_all(self) -> None:
        """Open every proxy again and take all toxics away."""
        self._post("/reset", {})

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            answer = self._http.post(path, json=body)
        except httpx2.TransportError:
            # It has crashed and is being started again, with every proxy whole; asking twice does no harm.
            wait_until(self.answers, seconds=_START_LIMIT_S, what="toxiproxy answers again")
            answer = self._http.post(path, json=body)
        answer.raise_for_status()


class _Process:
    """The server's process, started again whenever it ends: under toxics it has been seen to crash."""

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        self._argv = argv
        self._log = log
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._keeper.start()

    def stop(self) -> None:
        self._over.set()
        self._keeper.join(_START_LIMIT_S)

    def _keep(self) -> None:
        environment = os.environ | {"LOG_LEVEL": "error"}
        with self._log.open("ab") as output:
            while not self._over.is_set():
                with subprocess.Popen(self._argv, stdout=output, stderr=output, env=environment) as process:
                    while process.poll() is None and not self._over.wait(_LOOK_S):
                        pass
                    process.terminate()


@contextmanager
def toxiproxy(proxies: Mapping[str, tuple[int, int]], directory: Path) -> Iterator[Toxiproxy]:
    """Yield a server that lives as long as the block, its files in `directory`; raises StackError.

    `proxies`: by name, the port that is listened on and the one that it is passed on to, both on this machine.
    """
    directory.mkdir(parents=True, exist_ok=True)
    config, port = directory / "proxies.json", free_port()
    config.write_text(json.dumps([_proxy(name, *ports) for name, ports in proxies.items()]))
    argv = [ensure_toxiproxy(), "-host", HOST, "-port", str(port), "-config", str(config)]
    process, server = _Process(argv, directory / "toxiproxy.log"), Toxiproxy(port)
    process.start()
    try:
        wait_until(server.answers, seconds=_START_LIMIT_S, what="toxiproxy answers")
        yield server
    finally:
        server.close()
        process.stop()


def _proxy(name: str, port: int, upstream: int) -> dict[str, Any]:
    return {"name": name, "listen": f"{HOST}:{port}", "upstream": f"{HOST}:{upstream}", "enabled": True}

"""Toxiproxy: the server, built once with Go into the project's cache, and what is asked of it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from devstack.command import CACHE, fetch_once, require_tool, run
from devstack.ports import HOST
from devstack.waiting import wait_until

_VERSION = "2.12.0"
_MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{_VERSION}"
_INSTALL_GO = "sudo apt-get install -y golang-go"
_BUILD_LIMIT_S = 400.0
_START_LIMIT_S = 10.0
_CALL_LIMIT_S = 10.0

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

    def add(self, name: str, port: int, upstream: int) -> None:
        """Pass on what comes to `port` to `upstream`, both on this machine."""
        self._post("/proxies", {"name": name, "listen": f"{HOST}:{port}", "upstream": f"{HOST}:{upstream}"})

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
        self._http.post(path, json=body).raise_for_status()


@contextmanager
def toxiproxy(port: int, log: Path) -> Iterator[Toxiproxy]:
    """Yield a server on `port` that lives as long as the block; raises StackError."""
    argv = [ensure_toxiproxy(), "-host", HOST, "-port", str(port)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as output,
        subprocess.Popen(argv, stdout=output, stderr=output, env=os.environ | {"LOG_LEVEL": "error"}) as process,
    ):
        server = Toxiproxy(port)
        try:
            wait_until(server.answers, seconds=_START_LIMIT_S, what="toxiproxy answers")
            yield server
        finally:
            server.close()
            process.terminate()

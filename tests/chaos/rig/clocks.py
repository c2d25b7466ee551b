"""Clocks that are wrong: a library that goes before libc in one service's process, and how far it is off."""

from pathlib import Path

from devstack.command import CACHE, fetch_once, require_tool, run
from devstack.overrides import Override
from devstack.project import SERVICES, Project

_SOURCE = Path(__file__).with_name("clock.c")
_INSTALL_CC = "sudo apt-get install -y gcc"
_BUILD_LIMIT_S = 60.0
_BYTES = 8


def ensure_clock_library() -> Path:
    """Return the compiled library; raises StackError when no C compiler is there."""
    target = CACHE / f"clock-{_SOURCE.stat().st_mtime_ns}"
    fetch_once(target, _compile)
    return target / "clock.so"


def _compile(into: Path) -> None:
    into.mkdir()
    argv = [require_tool("cc", _INSTALL_CC), "-O2", "-shared", "-fPIC", "-o", str(into / "clock.so"), str(_SOURCE)]
    run(argv, seconds=_BUILD_LIMIT_S, what="compiling the clock")


class Clocks:
    """The clocks of a project's services. Those of the servers stay right: they wait for absolute times of day."""

    def __init__(self, project: Project, library: Path) -> None:
        self._directory = project.directory / "clocks"
        self._library = library
        self._directory.mkdir(parents=True, exist_ok=True)
        for service in SERVICES:
            self.shift(service, 0)

    def override(self, component: str) -> Override:
        """Return what lets a component's clock be shifted."""
        if component not in SERVICES:
            return Override()
        variables = {"LD_PRELOAD": str(self._library), "CLOCK_SHIFT_FILE": str(self._directory / component)}
        return Override(environment=variables)

    def shift(self, service: str, seconds: int) -> None:
        """Let a service's clock be so many seconds ahead (behind where negative), from now on."""
        # Written in place, for the process has the file mapped.
        path = self._directory / service
        path.touch()
        with path.open("r+b") as file:
            file.write(seconds.to_bytes(_BYTES, "little", signed=True))

    def right(self) -> None:
        """Set every clock right."""
        for service in SERVICES:
            self.shift(service, 0)

"""Wheels of a team's packages, and an empty environment with nothing in it but one service and what it asks for."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.project import SERVICES

BUILD_LIMIT = 120.0
INSTALL_LIMIT = 300.0
RUN_LIMIT = 240.0
STOP_LIMIT = 30.0

_UV = str(Path(sys.executable).with_name("uv"))


class Refused(Exception):
    """The service does not go with these contracts, or something cannot be installed; the text is the installer's."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment. `name`: how reports call it."""

    name: str
    python: Path

    def run(self, *arguments: str, variables: Mapping[str, str], given: bytes = b"") -> str:
        """Run Python with the arguments and only these variables; return what it printed.

        Raises RuntimeError with its errors where it fails, TimeoutExpired after four minutes.
        """
        done = subprocess.run(
            [self.python, *arguments],
            env=_bare(variables),
            input=given,
            capture_output=True,
            timeout=RUN_LIMIT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(arguments)}: {done.stderr.decode()[-2000:]}")
        return done.stdout.decode()

    def check_alone(self, service: str) -> None:
        """Raise Refused where another service's code is here too, or its own is not."""
        packages = [each.replace("-", "_") for each in SERVICES]
        look = f"import importlib.util as u; print(*[n for n in {packages} if u.find_spec(n)])"
        found = self.run("-c", look, variables={}).split()
        if found != [service.replace("-", "_")]:
            raise Refused(f"{self.name} is not alone: {', '.join(found)}")

    @contextmanager
    def running(self, module: str, variables: Mapping[str, str], log: Path) -> Iterator[None]:
        """Run a service's module while the block lasts; what it logs goes to a file."""
        with log.open("wb") as output:
            command = [str(self.python), "-m", module]
            process = subprocess.Popen(command, env=_bare(variables), stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def build_wheels(checkout: Path, packages: tuple[str, ...], into: Path) -> None:
    """Build the wheels of the checkout's packages; raises Refused."""
    for package in packages:
        build = [_UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
        _do([*build, "--out-dir", str(into), str(checkout / package)], BUILD_LIMIT)


def install_alone(name: str, service: str, requirements: Path, wheels: Path, directory: Path) -> Environment:
    """Make an empty environment with the locked packages and one service, its own packages from `wheels` alone.

    Raises Refused where the wheels there do not go together.
    """
    python = directory / "bin" / "python"
    _do([_UV, "venv", "--quiet", "--python", sys.executable, str(directory)], BUILD_LIMIT)
    install = [_UV, "pip", "install", "--quiet", "--python", str(python)]
    _do([*install, "--require-hashes", "-r", str(requirements)], INSTALL_LIMIT)
    _do([*install, "--no-index", "--find-links", str(wheels), service], INSTALL_LIMIT)
    return Environment(name, python)


def _do(command: list[str], limit: float) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())


def _bare(variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing of this checkout can be found by accident."""
    return {"PATH": os.environ["PATH"], "PYTHONSAFEPATH": "1", **variables}

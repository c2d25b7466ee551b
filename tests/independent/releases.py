"""Which contracts were released before the present ones, and at which commit."""

import json
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
RELEASES = ROOT / "contracts" / "releases.json"
GIT_LIMIT = 60.0


class NotHere(Exception):
    """The release's commit is not in this clone; the text says what to do."""


@dataclass(frozen=True)
class Release:
    """A version of the contracts and the last commit that had it."""

    version: str
    commit: str

    def extract(self, directory: Path) -> Path:
        """Lay out the whole repository as it was; return the directory. Raises NotHere."""
        done = subprocess.run(
            ["git", "archive", "--format=tar", self.commit],
            cwd=ROOT,
            capture_output=True,
            timeout=GIT_LIMIT,
            check=False,
        )
        if done.returncode:
            raise NotHere(
                f"contracts {self.version} are commit {self.commit}, not in this clone: git fetch --unshallow"
            )
        with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
            archive.extractall(directory, filter="data")
        return directory


def present_version() -> str:
    """Return the version of the contracts in the working tree."""
    project = tomllib.loads((ROOT / "contracts" / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def releases() -> list[Release]:
    """Return all releases before the present version, the newest first."""
    found = [Release(version, commit) for version, commit in json.loads(RELEASES.read_text("utf-8")).items()]
    return sorted(found, key=lambda release: numbers(release.version), reverse=True)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers, which compare as versions do."""
    return tuple(map(int, version.split(".")))

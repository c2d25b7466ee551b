"""The committed pacts: one file for each contract, in a form that only changes when the contract does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.pacts.contract import AnyContract

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "pacts"


def path_of(contract: AnyContract) -> Path:
    """Return where a contract's pact is committed."""
    return FOLDER / f"{contract.name}.json"


@dataclass(frozen=True)
class PactFile:
    """A pact as it was written: who needs what of whom, and in which exchanges."""

    path: Path
    consumer: str
    provider: str
    about: str
    interactions: Sequence[dict[str, Any]]

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"pacts/{self.path.name}"

    @classmethod
    def read(cls, path: Path) -> "PactFile":
        """Return the pact in a file that is named as `Contract.name` says."""
        document = json.loads(path.read_text())
        _, _, about = path.stem.split("--")
        return cls(path, document["consumer"]["name"], document["provider"]["name"], about, document["interactions"])


def committed(*, consumer: str = "*", provider: str = "*") -> list[PactFile]:
    """Return the committed pacts of a consumer, or with a provider."""
    return [PactFile.read(path) for path in sorted(FOLDER.glob(f"{consumer}--{provider}--*.json"))]


def as_text(contract: AnyContract) -> str:
    """Return a contract's pact as it is committed: sorted, without the versions of the library that wrote it."""
    with TemporaryDirectory() as folder:
        contract.pact().write_file(folder)
        (written,) = Path(folder).iterdir()
        document: dict[str, Any] = json.loads(written.read_text())
    document["metadata"] = {"pactSpecification": {"version": "4.0"}}
    document["interactions"].sort(key=lambda interaction: interaction["description"])
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

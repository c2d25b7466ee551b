"""Where the contracts' files lie in the repository. All paths are relative to its root, with slashes."""

from pathlib import Path

ROOT = Path(__file__).parents[1]

SCHEMAS = "contracts/schemas"
SAMPLES = "contracts/samples"
PACKAGE = "contracts/pyproject.toml"
CHANGELOG = "contracts/CHANGELOG.md"

EVENTS = f"{SCHEMAS}/events"
CONTROL = f"{SCHEMAS}/control"
DOCUMENTS = f"{SCHEMAS}/documents"
ENVELOPE = f"{SCHEMAS}/envelope.json"
TOPICS = f"{SCHEMAS}/topics.json"


def event_path(event_type: str) -> str:
    """Return the schema file of a CloudEvents type, such as `tickets.TicketCreated.v1`."""
    return f"{EVENTS}/{event_type.removeprefix('tickets.')}.json"


def version_of(path: str) -> tuple[str, int]:
    """Return name and version of an event's or control message's schema file: `…/TicketCreated.v2.json`."""
    name, _, version = Path(path).stem.rpartition(".v")
    return name, int(version)

"""A small repository with contracts in it, for the gate to read."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate import layout
from gate.check import Judgement, judge
from gate.generation import pretty
from gate.revisions import base_commit, files_at, published_commits, worktree_files

EVENT = f"{layout.EVENTS}/Opened.v1.json"
NEXT_EVENT = f"{layout.EVENTS}/Opened.v2.json"
DOCUMENT = f"{layout.DOCUMENTS}/View.json"
SAMPLE = f"{layout.SAMPLES}/events/Opened.v1/smallest.json"

LOG, VIEWS = "log.v1", "views.v1"

TOPIC = {
    "key": "ticket id",
    "layout": "murmur2 of the ticket id",
    "max_message_bytes": 1000,
    "owner": "command-service",
    "partitions": 12,
    "rewrite": 1,
    "segment_bytes": None,
    "timestamp_before_max_ms": None,
}
TOPICS = {
    LOG: {**TOPIC, "cleanup": "delete", "retention_ms": -1, "messages": [layout.ENVELOPE], "types": ["Opened.v1"]},
    VIEWS: {
        **TOPIC,
        "cleanup": "compact",
        "retention_ms": None,
        "messages": [DOCUMENT],
        "timestamp_after_max_ms": 5_000,
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"subject": {"type": "string", "maxLength": 300}, "note": {"type": "string", "default": ""}},
    "required": ["subject"],
}


@dataclass(frozen=True)
class Repository:
    """A working tree under git, whose first commit is tagged `base`."""

    root: Path

    def write(self, path: str, content: Any) -> None:
        """Write a file: as it is if it is text, else as JSON."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else pretty(content))

    def change(self, path: str, *keys: str, to: Any) -> None:
        """Set what lies under `keys` in a JSON file."""
        document = place = json.loads((self.root / path).read_text())
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to
        self.write(path, document)

    def version(self, version: str) -> None:
        """Set the version of the contracts package."""
        self.write(layout.PACKAGE, f'[project]\nname = "contracts"\nversion = "{version}"\n')

    def commit(self, message: str = "more") -> str:
        """Commit everything and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git and return what it prints; raises CalledProcessError where it fails."""
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    def judge(self, revision: str = "base") -> Judgement:
        """Judge the working tree as `make contracts-check` does."""
        commit = base_commit(revision, self.root)
        published = [files_at(published, self.root) for published in published_commits(commit, self.root)]
        return judge(files_at(commit, self.root), published, worktree_files(self.root))


def new_repository(root: Path) -> Repository:
    """Return a repository with one version of everything."""
    repository = Repository(root)
    repository.git("init", "-q", "-b", "main")
    repository.version("1.0.0")
    repository.write(layout.TOPICS, TOPICS)
    for path in (layout.ENVELOPE, EVENT, DOCUMENT):
        repository.write(path, SCHEMA)
    repository.write(SAMPLE, {"subject": "x"})
    repository.commit("first")
    repository.git("tag", "base")
    return repository

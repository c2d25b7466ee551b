"""The contracts' files of the working tree and of any revision of the repository, and what was ever published."""

import subprocess
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from gate import layout

GIT_LIMIT = 60.0
"""Seconds for one call of git."""

Files = Mapping[str, str]
"""Text of each file by its path from the repository's root."""


class RevisionError(Exception):
    """The repository cannot give what was asked of it; the text says what to do."""


def worktree_files(root: Path = layout.ROOT) -> Files:
    """Return the contracts' files as they are on disk, committed or not."""
    files = [file for part in (layout.SCHEMAS, layout.SAMPLES) for file in sorted((root / part).rglob("*.json"))]
    files.append(root / layout.PACKAGE)
    return {file.relative_to(root).as_posix(): file.read_text("utf-8") for file in files if file.exists()}


def base_commit(revision: str, root: Path = layout.ROOT) -> str:
    """Return the commit where the working tree's branch left `revision`: what came to that one since is not judged.

    Raises RevisionError where there is no such revision, or where the history has been cut off.
    """
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise RevisionError(
            "the history of this clone is cut off, and with it what was published: git fetch --unshallow"
        )
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except RevisionError:
        raise RevisionError(f"there is no revision {revision} here: git fetch, or name another by BASE=") from None
    try:
        return _git(root, "merge-base", commit, "HEAD").decode().strip()
    except RevisionError:
        raise RevisionError(f"{revision} and this branch have no commit in common") from None


def files_at(commit: str, root: Path = layout.ROOT) -> Files:
    """Return the contracts' files of a commit; empty where it had none."""
    parts = (layout.SCHEMAS, layout.SAMPLES, layout.PACKAGE)
    present = [part for part in parts if _git(root, "ls-tree", "--name-only", commit, "--", part)]
    if not present:
        return {}
    with tarfile.open(fileobj=BytesIO(_git(root, "archive", "--format=tar", commit, "--", *present))) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read().decode() for name, file in files.items() if file is not None}


def published_commits(commit: str, root: Path = layout.ROOT) -> list[str]:
    """Return the last commit of each version of the contracts before the one that `commit` has, newest first.

    A version ends on the main line with the parent of the commit that sets the next one in the package.
    """
    raised = _git(root, "log", "--first-parent", "--format=%H %P", "-G^version = ", commit, "--", layout.PACKAGE)
    return [line.split()[1] for line in raised.decode().splitlines() if " " in line.strip()]


def _git(root: Path, *arguments: str) -> bytes:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, timeout=GIT_LIMIT, check=False)
    if done.returncode:
        raise RevisionError(f"git {arguments[0]}: {done.stderr.decode().strip() or done.returncode}")
    return done.stdout

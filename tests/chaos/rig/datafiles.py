"""A MongoDB server's files: copied as they stand, put back, moved onto a small disk."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devstack.command import run
from devstack.overrides import Override, override_of, set_override
from devstack.state import State
from tests.chaos.rig.rig import Rig

_COPY_LIMIT_S = 60.0
_MOUNT_LIMIT_S = 10.0
_MIB = 1024 * 1024
CHECKPOINT_S = 2
"""So that a disk that is full is met soon: the journal has its room in advance, a checkpoint has not."""


def data_of(rig: Rig, component: str) -> Path:
    """Return the directory of a server's files."""
    return State(rig.stack.project).data(component) / "db"


def copy_files(source: Path, target: Path) -> None:
    """Make `target` the same as `source`; nobody may write to either."""
    target.mkdir(parents=True, exist_ok=True)
    run(
        ["cp", "--archive", "--sparse=always", f"{source}/.", str(target)],
        seconds=_COPY_LIMIT_S,
        what="copying a database",
    )


async def snapshot(rig: Rig, component: str, target: Path) -> None:
    """Copy a running server's files as of one moment, as a snapshot of its disk would."""
    await rig.freeze(component)
    try:
        copy_files(data_of(rig, component), target)
    finally:
        await rig.thaw(component)


def put_back(backup: Path, files: Path) -> None:
    """Make a stopped server's files those of a copy."""
    shutil.rmtree(files)
    copy_files(backup, files)


@asynccontextmanager
async def small_disk(rig: Rig, component: str, free: int) -> AsyncIterator[Path]:
    """Run a server on a file system with `free` bytes to spare for the length of the block; yields where it is."""
    files, project = data_of(rig, component), rig.stack.project
    before = override_of(project, component)
    await rig.stop(component)
    await asyncio.to_thread(_onto_small_disk, files, free)
    try:
        set_override(project, component, Override((*before.arguments, "--syncdelay", str(CHECKPOINT_S))))
        await rig.start(component)
        yield files
    finally:
        set_override(project, component, before)
        await rig.stop(component)
        await asyncio.to_thread(_back, files)
        await rig.start(component)


def _onto_small_disk(files: Path, free: int) -> None:
    aside = files.with_name("aside")
    files.rename(aside)
    files.mkdir()
    size = _used(aside) + free
    run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(files)],
        seconds=_MOUNT_LIMIT_S,
        what="mounting a small disk",
    )
    copy_files(aside, files)
    shutil.rmtree(aside)


def _back(files: Path) -> None:
    aside = files.with_name("aside")
    copy_files(files, aside)
    run(["umount", str(files)], seconds=_MOUNT_LIMIT_S, what="unmounting the small disk")
    files.rmdir()
    aside.rename(files)


def fill(directory: Path) -> Path:
    """Take all the room that is left on a disk; returns the file that takes it."""
    ballast = directory / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * _MIB)
        except OSError:
            return ballast


def _used(directory: Path) -> int:
    done = subprocess.run(["du", "-s", "-B1", str(directory)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])

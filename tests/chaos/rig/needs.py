"""What some cells need beyond a stack, and whether this machine has it."""

import os
import subprocess
import tempfile
from enum import StrEnum

from devstack.errors import StackError
from devstack.kafka import ensure_jars
from devstack.selection import Kind, chosen_kind
from tests.chaos.rig.clocks import ensure_clock_library
from tests.chaos.rig.toxiproxy import ensure_toxiproxy

_MOUNT_LIMIT_S = 10.0


class Need(StrEnum):
    """Something that a cell reaches for."""

    PROCESSES = "servers that are processes of this machine"
    PROXIES = "toxiproxy"
    CLOCKS = "a clock that can be shifted"
    SMALL_DISKS = "a small file system"


def lacking(kind: Kind) -> dict[Need, str]:
    """Return what is not to be had on a stack of this kind, each with the reason."""
    if kind == "docker":
        return dict.fromkeys(Need, "the stack runs on Docker; STACK=local has it")
    found: dict[Need, str] = {}
    for need, ensure in ((Need.PROXIES, ensure_toxiproxy), (Need.CLOCKS, ensure_clock_library)):
        try:
            ensure()
        except StackError as error:
            found[need] = str(error)
    if not _may_mount():
        found[Need.SMALL_DISKS] = "mounting a file system is not allowed here; root may"
    return found


def matrix_kind() -> Kind:
    """Return what the variable STACK says; without it local where Kafka runs so, for all cells run there."""
    if os.environ.get("STACK"):
        return chosen_kind()
    try:
        ensure_jars()
    except StackError:
        return "docker"
    return "local"


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as directory:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]
        if subprocess.run(mount, capture_output=True, timeout=_MOUNT_LIMIT_S, check=False).returncode:
            return False
        subprocess.run(["umount", directory], capture_output=True, timeout=_MOUNT_LIMIT_S, check=True)
        return True

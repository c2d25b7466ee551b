"""What operators of the projector do, by its own command line, as a process beside the stack."""

import asyncio
import os
import sys
from pathlib import Path

from devstack.errors import StackError
from devstack.project import service_environment
from tests.chaos.rig.rig import Rig

PROJECTOR = Path(sys.executable).with_name("projector")
LIMIT_S = 60
DONE, NOT_YET = 0, 1
"""Exit codes; 1 is that of a ticket which is still parked, and of a step that is refused."""


async def parked(rig: Rig, *arguments: str) -> bool:
    """Run `projector parked` with these arguments; say whether all that was asked for is free after it.

    Raises StackError where the projector did not come to it, or the command line failed.
    """
    who = ("--operator", "eve", "--reason", "an experiment")
    return await _projector(rig, "parked", *arguments, *who, "--timeout", str(LIMIT_S))


async def rebuild(rig: Rig, step: str) -> bool:
    """Run a step of `projector rebuild`; say whether it was done, or refused for now. Raises StackError."""
    return await _projector(rig, "rebuild", step)


async def _projector(rig: Rig, *arguments: str) -> bool:
    environment = os.environ | service_environment(rig.stack.project, "projector-service")
    process = await asyncio.create_subprocess_exec(
        PROJECTOR, *arguments, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode not in (DONE, NOT_YET):
        raise StackError(f"projector {' '.join(arguments)}: {process.returncode}, {said.decode()}")
    return process.returncode == DONE

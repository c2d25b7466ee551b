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
DONE, STILL_PARKED = 0, 1


async def parked(rig: Rig, *arguments: str) -> bool:
    """Run `projector parked` with these arguments; say whether all that was asked for is free after it.

    Raises StackError where the projector did not come to it, or the command line failed.
    """
    environment = os.environ | service_environment(rig.stack.project, "projector-service")
    process = await asyncio.create_subprocess_exec(
        PROJECTOR,
        "parked",
        *arguments,
        "--operator",
        "eve",
        "--reason",
        "an experiment",
        "--timeout",
        str(LIMIT_S),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode not in (DONE, STILL_PARKED):
        raise StackError(f"projector parked {' '.join(arguments)}: {process.returncode}, {said.decode()}")
    return process.returncode == DONE

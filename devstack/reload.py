"""One service of the stack run from the checkout, in the place of the stack's own."""

import sys

from devstack.command import ROOT, Command
from devstack.foreground import keep_running
from devstack.launch import module
from devstack.project import service_environment
from devstack.stack import Stack
from devstack.telling import tell


def run_with_reload(stack: Stack, service: str) -> None:
    """Put the checkout's `service` in the place of the stack's until interrupted, then give the place back."""
    tell(f"Stopping the stack's own {service}")
    stack.stop(service)
    command = Command((sys.executable, "-m", module(service)), service_environment(stack.project, service))
    sources = [ROOT / package / "src" for package in ("contracts", "chassis", service)]
    tell(f"Running {service} from this checkout on {stack.project.url(service)}; Ctrl-C ends it")
    try:
        keep_running(command, sources)
    finally:
        tell(f"Starting the stack's own {service} again")
        stack.start(service)
        tell(f"{service} of the stack is back")

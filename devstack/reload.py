"""One service in the foreground, started again when its source changes, against the rest of the stack."""

import os
import subprocess
import sys
from pathlib import Path

from devstack.command import ROOT
from devstack.launch import module
from devstack.project import service_environment
from devstack.stack import Stack


def run_with_reload(stack: Stack, service: str) -> None:
    """Put the checkout's `service` in the place of the stack's until interrupted, then give the place back."""
    stack.stop(service)
    watcher = Path(sys.executable).with_name("watchfiles")
    sources = [str(ROOT / package / "src") for package in ("contracts", "chassis", service)]
    run_module = f"{sys.executable} -m {module(service)}"
    environment = os.environ | service_environment(stack.project, service)
    try:
        subprocess.run([str(watcher), "--filter", "python", run_module, *sources], env=environment, check=False)
    finally:
        stack.start(service)

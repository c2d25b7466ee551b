"""The images that run hold each its own service's code, no other's, and all of it compiled."""

import json
import subprocess
from typing import Any

import pytest

from devstack.project import SERVICES
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

LIMIT = 120
PACKAGES = [service.replace("-", "_") for service in SERVICES]
LOOK = f"""
import importlib.util, json, pathlib
found = [name for name in {PACKAGES} if importlib.util.find_spec(name)]
files = [str(p) for name in {PACKAGES} if name not in found for top in ("/app", "/build", "/home", "/srv", "/opt")
         for p in pathlib.Path(top).rglob(name + "*")]
print(json.dumps([found, files]))
"""

UNCOMPILED = """
import importlib, json, os, sys
importlib.import_module(sys.argv[1] + ".main")
modules = [module for module in sys.modules.values() if getattr(module, "__cached__", None)]
print(json.dumps([module.__name__ for module in modules if not os.path.exists(module.__cached__)]))
"""


def run_in_image(service: str, program: str, *arguments: str) -> Any:
    """Return what a program prints, as JSON, that runs in the image of a service, as its user."""
    command = ["docker", "run", "--rm", f"tickets/{service}", "python", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_its_own_service_alone(stack: Stack, service: str) -> None:
    if stack.kind != "docker":
        pytest.skip("the stack runs without Docker: there are no images to look into")
    found, files = run_in_image(service, LOOK)
    assert found == [service.replace("-", "_")]
    assert files == []


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_compiled_anew_at_each_start(stack: Stack, service: str) -> None:
    if stack.kind != "docker":
        pytest.skip("the stack runs without Docker: there are no images to look into")
    assert run_in_image(service, UNCOMPILED, service.replace("-", "_")) == []

"""The images that run hold each its own service's code, and no other's."""

import json
import subprocess

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


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_its_own_service_alone(stack: Stack, service: str) -> None:
    if stack.kind != "docker":
        pytest.skip("the stack runs without Docker: there are no images to look into")
    command = ["docker", "run", "--rm", f"tickets/{service}", "python", "-c", LOOK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
    found, files = json.loads(done.stdout)
    assert found == [service.replace("-", "_")]
    assert files == []

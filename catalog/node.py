"""What runs on Node.js: the official AsyncAPI parser, and the viewers that the HTML pages are made of.

Versions are pinned in package.json and package-lock.json beside; `make specification-tools` installs them.
"""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).with_name("javascript")
MODULES = HERE / "node_modules"

TIME_LIMIT = 90.0


def missing() -> str | None:
    """Return what is missing to run the tools, with what mends it; None if nothing is."""
    if shutil.which("node") is None:
        return "Node.js is missing: install version 20 or later"
    if not (MODULES / "@asyncapi" / "parser").exists():
        return "the official AsyncAPI parser is missing: run `make specification-tools`"
    return None


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts beside; raises TimeoutExpired after 90 s."""
    command = ["node", str(HERE / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)

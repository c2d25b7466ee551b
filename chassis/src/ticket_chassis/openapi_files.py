"""`python -m ticket_chassis.openapi_files DIRECTORY MODULE…`: writes what the services' /openapi.json say into files.

A file is `<service>.json`, its names sorted, so that a change of an API is a change that a reviewer sees.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

NOWHERE = {
    "MONGO_URI": "mongodb://127.0.0.1",
    "MONGO_DATABASE": "none",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
}
"""An environment in which an app can be made, as long as it is not started."""


def specification(app: FastAPI) -> str:
    """Return the app's OpenAPI document as the file holds it."""
    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def service_specification(module: str) -> str:
    """Return the document of a service by the name of its package; settings come from the environment."""
    return specification(import_module(f"{module}.app").create_app())


def main() -> None:
    """Write the file of each module named."""
    directory, *modules = sys.argv[1:]
    os.environ.update(NOWHERE)
    for module in modules:
        Path(directory, f"{module.replace('_', '-')}.json").write_text(service_specification(module))


if __name__ == "__main__":
    main()

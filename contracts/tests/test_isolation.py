"""The contracts need pydantic, and nothing else."""

import json
import pkgutil
import subprocess
import sys
from importlib.metadata import requires

import ticket_contracts

# Everything that pydantic itself needs, and nothing of ours.
ALLOWED = {"ticket_contracts", "pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}

PROBE = """
import importlib, json, sys

before = set(sys.modules)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
roots = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps([root for root in roots if not root.startswith("_")]))
"""


def test_importing_every_module_loads_pydantic_alone() -> None:
    modules = [f"ticket_contracts.{module.name}" for module in pkgutil.iter_modules(ticket_contracts.__path__)]
    assert "ticket_contracts.envelope" in modules
    probe = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", PROBE, json.dumps(modules)], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(json.loads(probe.stdout)) <= ALLOWED


def test_the_package_asks_for_pydantic_alone() -> None:
    assert [requirement.partition(">")[0] for requirement in requires("ticket-contracts") or []] == ["pydantic"]

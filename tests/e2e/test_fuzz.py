"""schemathesis finds no answer that the specification does not have, and no 5xx but the declared 503.

A short run, 25 s for each API; `make fuzz LONG=1` is the long one.
"""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

SECONDS = 25
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("service", ["command-service", "query-service"])
async def test_the_api_answers_as_its_specification_says(stack: Stack, service: str) -> None:
    schemathesis = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("st"),
        "run",
        f"{stack.urls[service]}/openapi.json",
        "--checks=all",
        f"--max-time={SECONDS}",
        "--no-color",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        report, _ = await schemathesis.communicate()
    finally:
        if schemathesis.returncode is None:
            schemathesis.kill()
            await schemathesis.wait()
    assert schemathesis.returncode == 0, report.decode()

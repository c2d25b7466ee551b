"""What client/README.md shows works as it stands, on the real stack."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

README = Path(__file__).parents[2] / "client" / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", [example for example in EXAMPLES if "create_ticket" in example])
async def test_ten_lines_create_a_ticket_and_read_it_back(stack: Stack, code: str) -> None:
    urls = {
        "TICKETS_COMMAND_URL": stack.urls["command-service"],
        "TICKETS_QUERY_URL": stack.urls["query-service"],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=os.environ | urls, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (0, b"Printer on fire open 1\n")

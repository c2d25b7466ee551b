"""What several modules of these tests work with."""

from pathlib import Path

import pytest

from client.tests.command_line import CommandLine


@pytest.fixture
def tickets(tmp_path: Path) -> CommandLine:
    """The command line on two services without tickets."""
    return CommandLine(tmp_path)

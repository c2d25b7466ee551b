"""Servers that the tests of this folder share."""

from collections.abc import Iterator

import pytest

from devstack.project import MONGO_SERVERS
from devstack.selection import Kind
from tests.support.stack import Stack, fresh_stack


@pytest.fixture(scope="session")
def databases(stack_kind: Kind) -> Iterator[Stack]:
    """Yield a stack of which only the three MongoDB servers run, with their users."""
    with fresh_stack(stack_kind, MONGO_SERVERS) as stack:
        yield stack

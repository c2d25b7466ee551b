"""Several calls at once, none of which is left behind when one fails."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any


async def together(calls: Iterable[Awaitable[Any]]) -> None:
    """Await all to their ends, then raise the first error, if any: what is tried again runs beside no earlier try."""
    for ended in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended

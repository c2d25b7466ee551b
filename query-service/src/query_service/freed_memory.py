"""Gives back to the system what has been freed between things that are still there.

Kept answers of 2 KB make room for others of 60 KB one by one, and leave holes: malloc keeps those until it is asked.
"""

import asyncio
import ctypes

EVERY_SECONDS = 10.0


def give_back() -> None:
    """Give back all whole pages that are free, in a millisecond or two; nothing where the C library cannot do it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


async def keep_giving_back() -> None:
    """Do so again and again."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        give_back()

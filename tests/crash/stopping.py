"""Runs inside the process of a service: lays itself around the library's durable calls and stops the process there.

The services know nothing of it. The process ends as with kill -9: nothing is closed, flushed or taken back.
"""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from tests.crash.library import COMMAND, COMMIT_TRANSACTION, DURABLE, LIBRARIES, name_of, subject_of
from tests.crash.orders import STOPPED, Moment, Order, Orders
from tests.crash.steps import PACKAGES, Step, outermost

Call = Callable[..., Awaitable[Any]]

STEPS_SEEN = "steps-seen"


class Watch:
    """Sees every durable call of this process: notes the steps that come, and says when to stop."""

    def __init__(self, directory: Path) -> None:
        self._orders = Orders(directory)
        self._seen_file = directory / STEPS_SEEN
        self._seen: set[Step] = set()
        self._times: dict[Order, int] = {}

    def install(self) -> None:
        """Lay the watch around every durable call of the libraries, for the rest of this process."""
        for owner, methods in DURABLE.items():
            for method in methods & vars(owner).keys():
                setattr(owner, method, _watched(self, method, getattr(owner, method)))
        AsyncDatabase.command = _watched(self, COMMAND, AsyncDatabase.command)  # type: ignore[assignment]

    def due(self, found: Step, subject: str, arguments: tuple[Any, ...]) -> Order | None:
        """Return the order that this call has to carry out."""
        self._note(found)
        order = self._orders.read()
        if order is None or order.step != found or not subject.endswith(order.subject):
            return None
        if order.moment is Moment.HALF and len(arguments[0]) < 2:
            return None
        self._times[order] = self._times.get(order, 0) + 1
        return order if self._times[order] == order.nth else None

    def _note(self, found: Step) -> None:
        if found not in self._seen:
            self._seen.add(found)
            with self._seen_file.open("a") as file:
                file.write(f"{found}\n")


def _watched(watch: Watch, method: str, original: Call) -> Call:
    # Not a coroutine function: the step is where the call is written, and not where it is awaited.
    @functools.wraps(original)
    def call(receiver: object, *arguments: Any, **named: Any) -> Awaitable[Any]:
        name = name_of(method, arguments)
        found = _step(name, sys._getframe(1)) if name else None
        order = watch.due(found, subject_of(receiver, method, arguments), arguments) if found else None
        if order is None:
            return original(receiver, *arguments, **named)
        if order.freeze:
            return _freeze(order.moment, original, receiver, arguments, named)
        return _stop(order.moment, original, receiver, arguments, named)

    return call


def _step(method: str, caller: FrameType) -> Step | None:
    """Return the step that a call belongs to, None where one call of a library makes another."""
    if _package(caller) in LIBRARIES and method != COMMIT_TRANSACTION:
        return None
    frame: FrameType | None = caller
    while frame is not None and _package(frame) not in PACKAGES:
        frame = frame.f_back
    if frame is None:
        return Step(str(caller.f_globals["__name__"]), outermost(caller.f_code.co_qualname), method)
    return Step(str(frame.f_globals["__name__"]), outermost(frame.f_code.co_qualname), method)


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


async def _stop(
    moment: Moment, original: Call, receiver: object, arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    if moment is Moment.HALF:
        arguments = (arguments[0][: len(arguments[0]) // 2], *arguments[1:])
    if moment is not Moment.BEFORE:
        # An unordered bulk write has done the others when it reports those that were there already.
        with suppress(BulkWriteError):
            done = await original(receiver, *arguments, **named)
            if isinstance(done, asyncio.Future):
                await done  # a send is durable once the broker has acknowledged it
    os._exit(STOPPED)


async def _freeze(
    moment: Moment, original: Call, receiver: object, arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    if moment is Moment.BEFORE:
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        done = await original(receiver, *arguments, **named)
        if moment is Moment.AFTER and isinstance(done, asyncio.Future):
            await done
    finally:
        # Behind a failure too: an unordered bulk write that reports those that were there already has done the others.
        if moment is Moment.AFTER:
            os.kill(os.getpid(), signal.SIGSTOP)
    return done

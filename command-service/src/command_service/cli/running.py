"""Runs one command: the environment read, servers that are away told in one line and an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from aiokafka.errors import KafkaError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document, connect, database
from ticket_chassis.settings import SettingsError, load_settings

FAILED, WRONG_USAGE, NO_ANSWER = 1, 2, 3

T = TypeVar("T")
Work = Callable[[CommandSettings, AsyncDatabase[Document]], Awaitable[T]]


def run(work: Work[T]) -> T:
    """Return what `work` comes to on the environment's database; ends the process where it cannot be done."""
    try:
        settings = load_settings(CommandSettings)
    except SettingsError as error:
        raise ended(WRONG_USAGE, str(error)) from None
    try:
        return asyncio.run(_on_database(work, settings))
    except (PyMongoError, KafkaError, OSError, TimeoutError) as error:
        raise ended(NO_ANSWER, f"no answer: {type(error).__name__}") from None


def ended(code: int, reason: str) -> typer.Exit:
    """Say on stderr why a command ends, and return what ends it."""
    typer.echo(f"command: {reason}", err=True)
    return typer.Exit(code)


async def _on_database(work: Work[T], settings: CommandSettings) -> T:
    async with connect(settings) as client:
        return await work(settings, database(client, settings))

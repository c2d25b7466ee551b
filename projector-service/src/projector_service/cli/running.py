"""Runs one command: the environment read, servers that are away told in one line and an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.adapters.parking import ParkingStore
from projector_service.settings import Settings
from ticket_chassis.mongo import Document, database
from ticket_chassis.settings import SettingsError, load_settings

FAILED, WRONG_USAGE, NO_ANSWER, TOO_LATE = 1, 2, 3, 4

T = TypeVar("T")


def run(work: Callable[[Settings], Awaitable[T]]) -> T:
    """Return what `work` comes to with the environment's settings; ends the process where it cannot be done."""
    try:
        settings = load_settings(Settings)
    except SettingsError as error:
        raise ended(WRONG_USAGE, str(error)) from None
    try:
        return asyncio.run(_awaited(work, settings))
    except (PyMongoError, KafkaError, OSError) as error:
        raise ended(NO_ANSWER, f"no answer: {type(error).__name__}") from None


def ended(code: int, reason: str) -> typer.Exit:
    """Say on stderr why a command ends, and return what ends it."""
    typer.echo(f"projector: {reason}", err=True)
    return typer.Exit(code)


async def _awaited(work: Callable[[Settings], Awaitable[T]], settings: Settings) -> T:
    return await work(settings)


async def served_parking(client: AsyncMongoClient[Document], settings: Settings) -> ParkingStore:
    """Return the parked tickets of the generation that serves: what readers are shown."""
    db = database(client, settings)
    generations = MongoGenerations(client, db)
    await generations.prepare()
    return ParkingStore(db, (await generations.serving()).number)

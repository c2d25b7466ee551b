"""Whichever worker is asked reports for all: a probe or a scrape reaches any one of them, and means the service.

Each answers the others on a socket in the directory that the supervisor made, with one JSON document a question.
"""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ticket_chassis.reports import Readiness, Reports
from ticket_chassis.workers.exposition import merge

ASK_LIMIT = 3.0
"""Seconds; a worker's own checks may take two."""

_READINESS, _EXPOSITION = "readiness", "exposition"

Answer = dict[str, Any]
"""What a worker says, as JSON has it."""


class ReportsOfAll:
    """The reports of all workers; one that does not answer is a problem, and its metrics are missing."""

    def __init__(self, own: Reports, number: int, count: int, directory: Path) -> None:
        """Take the reports of this worker, which has that number of `count`."""
        self._own = own
        self._number = number
        self._numbers = range(1, count + 1)
        self._directory = directory
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Answer the others from now on."""
        self._server = await asyncio.start_unix_server(self._answer, self._socket(self._number))

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()

    async def readiness(self) -> Readiness:
        """Return what all workers say, each problem and detail under `worker <number>`."""
        problems: dict[str, str] = {}
        details: dict[str, str] = {}
        for number, said in (await self._ask_all(_READINESS)).items():
            if said is None:
                problems[f"worker {number}"] = "does not answer"
            else:
                problems |= {f"worker {number}: {name}": why for name, why in said["problems"].items()}
                details |= {f"worker {number}: {name}": what for name, what in said["details"].items()}
        return Readiness(problems, details)

    async def exposition(self) -> bytes:
        """Return the metrics of all workers, each sample with the label `worker`."""
        said = await self._ask_all(_EXPOSITION)
        return merge({number: answer["text"] for number, answer in said.items() if answer is not None})

    async def _ask_all(self, question: str) -> dict[int, Answer | None]:
        answers = await asyncio.gather(*(self._ask(number, question) for number in self._numbers))
        return dict(zip(self._numbers, answers, strict=True))

    async def _ask(self, number: int, question: str) -> Answer | None:
        if number == self._number:
            return await self._own_answer(question)
        try:
            async with asyncio.timeout(ASK_LIMIT):
                return await self._answer_of(number, question)
        except (OSError, ValueError):  # away, too slow, or gone in the midst of its answer
            return None

    async def _answer_of(self, number: int, question: str) -> Answer:
        reader, writer = await asyncio.open_unix_connection(self._socket(number))
        try:
            writer.write(question.encode() + b"\n")
            answer: Answer = json.loads(await reader.read())
            return answer
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ASK_LIMIT):
                question = (await reader.readline()).decode().strip()
                writer.write(json.dumps(await self._own_answer(question)).encode())
                await writer.drain()
        except OSError:  # who asked waits no longer
            return
        finally:
            writer.close()

    async def _own_answer(self, question: str) -> Answer:
        if question == _EXPOSITION:
            return {"text": (await self._own.exposition()).decode()}
        return asdict(await self._own.readiness())

    def _socket(self, number: int) -> Path:
        return self._directory / f"{number}.sock"

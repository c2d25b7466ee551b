"""Breaks contracts on purpose, so that tests can see what is said of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.pacts.files import PactFile
from tests.support.pacts.records import Record
from tests.support.pacts.verification import Bring

Change = Callable[[dict[str, Any]], None]


def without(*path: str) -> Change:
    """Return what takes a member out of a JSON document, where it is there."""

    def change(document: dict[str, Any]) -> None:
        found = _at(document, path[:-1])
        if isinstance(found, dict):
            found.pop(path[-1], None)

    return change


def with_value(value: Any, *path: str) -> Change:
    """Return what gives a member of a JSON document another value, where it is there."""

    def change(document: dict[str, Any]) -> None:
        found = _at(document, path[:-1])
        if isinstance(found, dict) and path[-1] in found:
            found[path[-1]] = value

    return change


def with_one_more(name: str) -> Change:
    """Return what adds a member that nobody sends."""

    def change(document: dict[str, Any]) -> None:
        document[name] = "what nobody sends"

    return change


def sending(states: Mapping[str, Bring], change: Change) -> dict[str, Bring]:
    """Return a producer's states where the value of what it sends is changed."""

    def changed(record: Record) -> Record:
        document = json.loads(record.value)
        change(document)
        return replace(record, value=json.dumps(document).encode())

    return {name: _then(bring, changed) for name, bring in states.items()}


def keyed(states: Mapping[str, Bring], key: bytes) -> dict[str, Bring]:
    """Return a producer's states where everything goes out under another key."""
    return {name: _then(bring, lambda record: replace(record, key=key)) for name, bring in states.items()}


def only(pact: PactFile, interaction: str, folder: Path, asked: Change | None = None) -> PactFile:
    """Return a pact, under the same name, of one interaction alone; `asked` changes what the consumer asks for."""
    document = json.loads(pact.path.read_text())
    document["interactions"] = [each for each in document["interactions"] if each["description"] == interaction]
    (found,) = document["interactions"]
    if asked is not None:
        asked((found.get("contents") or found["response"]["body"])["content"])
    path = folder / pact.path.name
    path.write_text(json.dumps(document))
    return PactFile.read(path)


class Answering:
    """An app whose JSON answers, or their headers, are changed on their way out."""

    def __init__(self, app: ASGIApp, change: Change, *, drops: bytes | None = None) -> None:
        """Take the header that is left out, in lower case; None: none."""
        self._app = app
        self._change = change
        self._drops = drops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the states' own commands go through unchanged."""
        if scope["type"] != "http" or scope["path"] == "/commands":
            await self._app(scope, receive, send)
            return
        started: list[Message] = []

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body = self._changed(message.get("body", b""))
            left_out = (b"content-length", self._drops)
            headers = [(name, value) for name, value in started[0]["headers"] if name not in left_out]
            if body:
                headers.append((b"content-length", str(len(body)).encode()))
            await send({**started[0], "headers": headers})
            await send({**message, "body": body})

        await self._app(scope, receive, answer)

    def _changed(self, body: bytes) -> bytes:
        document = json.loads(body) if body else None
        if isinstance(document, dict):
            self._change(document)
            return json.dumps(document).encode()
        return body


def _at(document: Any, path: Sequence[str]) -> Any:
    for step in path:
        if not isinstance(document, dict) or step not in document:
            return None
        document = document[step]
    return document


def _then(bring: Bring, change: Callable[[Record], Record]) -> Bring:
    async def brought(**parameters: str) -> Record:
        return change(await bring(**parameters))

    return brought

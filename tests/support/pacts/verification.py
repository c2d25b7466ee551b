"""Holds what a provider really sends or answers against a pact."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from pact import Verifier
from pact.types import Message

from tests.support.pacts.files import PactFile
from tests.support.pacts.records import CONTENT_TYPE, Record
from tests.support.pacts.report import Breach, breaches_in, broken

Bring = Callable[..., Awaitable[Record]]
"""Does what a state says, with its parameters by name, and returns the record that came of it."""


async def verify_messages(pact: PactFile, states: Mapping[str, Bring]) -> None:
    """Let the provider bring about each state of a pact, and compare what it sent; raises BrokenContract."""
    __tracebackhide__ = True
    messages: dict[str, Message] = {}
    breaches: list[Breach] = []
    for interaction in pact.interactions:
        found = await _brought_about(interaction, states)
        if isinstance(found, Record):
            messages[interaction["description"]] = _message(found)
        else:
            breaches.append(Breach(interaction["description"], "-", f"{pact.provider} {found}"))
    if messages:
        compared = _run(Verifier(pact.provider).message_handler(_unless_failed(messages)), pact.path)
        breaches += [breach for breach in compared if breach.interaction in messages]
    if breaches:
        raise broken(pact, breaches)


def verify_http(pact: PactFile, url: str, states: Mapping[str, Callable[..., None]]) -> None:
    """Replay a pact against an API at `url`; `states` prepare it, with their parameters. Raises BrokenContract."""
    __tracebackhide__ = True

    def prepare(state: str, parameters: dict[str, Any] | None) -> None:
        if state:
            states[state](**(parameters or {}))

    verifier = Verifier(pact.provider, "127.0.0.1").add_transport(url=url).state_handler(prepare)
    if breaches := _run(verifier.follow_redirects(follow=False), pact.path):
        raise broken(pact, breaches)


async def _brought_about(interaction: Mapping[str, Any], states: Mapping[str, Bring]) -> Record | str:
    """Return the record, or what stood in its way."""
    (state,) = interaction["providerStates"]
    bring = states.get(state["name"])
    if bring is None:
        return f"knows no such state: {state['name']}"
    try:
        return await bring(**state.get("params", {}))
    except Exception as error:  # noqa: BLE001 - whatever stops the provider is what breaks the contract
        return f"cannot bring it about: {type(error).__name__}: {' '.join(str(error).split())}"


def _run(verifier: Verifier, path: Path) -> list[Breach]:
    verifier.add_source(path).set_coloured_output(enabled=False)
    try:
        verifier.verify()
    except RuntimeError:
        return [breach for result in verifier.results["interactionResults"] for breach in breaches_in(result)]
    return []


def _message(record: Record) -> Message:
    metadata = record.metadata()
    return Message(contents=record.value, metadata=metadata, content_type=metadata[CONTENT_TYPE])


def _unless_failed(messages: Mapping[str, Message]) -> Callable[[str], Message]:
    # What could not be brought about has its breach already.
    def produce(name: str) -> Message:
        return messages.get(name) or Message(contents=b"", metadata=None, content_type=None)

    return produce

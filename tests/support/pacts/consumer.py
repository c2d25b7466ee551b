"""The consumer's side: its examples go through its own code, and the committed pact is what its tests say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from difflib import unified_diff

from tests.support.pacts.contract import AnyContract, Contract, HttpNeed, MessageNeed
from tests.support.pacts.files import as_text, path_of
from tests.support.pacts.records import Record
from tests.support.pacts.report import BrokenContract


def example(contract: Contract[MessageNeed], need: MessageNeed) -> Record:
    """Return the record that Pact makes of a need, for the consumer's own code to take."""
    found: list[Record] = []

    def keep(body: str | bytes | None, metadata: dict[str, object]) -> None:
        value = body if isinstance(body, bytes) else str(body).encode()
        found.append(Record.of(value, metadata))

    contract.pact(need).verify(keep, "Async")
    (record,) = found
    return record


@asynccontextmanager
async def provider_of(contract: Contract[HttpNeed], need: HttpNeed) -> AsyncIterator[str]:
    """Yield the URL of a server that answers just this need, on 127.0.0.1; it must have been asked exactly that."""
    server = contract.pact(need).serve("127.0.0.1", raises=False, verbose=False)
    with server:
        yield str(server.url).rstrip("/")
        await asyncio.sleep(0)
        if not server.matched:
            raise BrokenContract(f"{contract.consumer} does not ask as it says: {need}: {server.mismatches}")


def check_committed(contract: AnyContract, *, write: bool) -> None:
    """Compare the committed pact with what the consumer's tests say, or write it; raises BrokenContract."""
    __tracebackhide__ = True
    path, text = path_of(contract), as_text(contract)
    if write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return
    there = path.read_text() if path.exists() else ""
    if there != text:
        changes = unified_diff(there.splitlines(), text.splitlines(), "committed", "as the tests say", lineterm="", n=2)
        told = [
            f"pacts/{path.name} is not what {contract.consumer}, by its tests, needs of {contract.provider}.",
            f"  Write it with: make pacts SERVICE={_folder(contract)}",
            f"  Then the build of {contract.provider} judges whether it is given: make test-contracts",
        ]
        raise BrokenContract("\n".join([*told, *changes]))


def _folder(contract: AnyContract) -> str:
    return contract.consumer.removeprefix("ticket-")


Check = Callable[[AnyContract], None]

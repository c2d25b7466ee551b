"""Says what broke between two teams, in one message: which contract, whose, at which path."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.pacts.files import PactFile

_MISSING = re.compile(r"missing the following keys: (.+)$")


class BrokenContract(AssertionError):
    """A provider does not give what a consumer needs, or a pact is not what its consumer says."""


@dataclass(frozen=True, order=True)
class Breach:
    """One thing that is not as the contract has it: in which interaction, at which path, and what is wrong."""

    interaction: str
    path: str
    wrong: str


def broken(pact: PactFile, breaches: Sequence[Breach]) -> BrokenContract:
    """Return the error that names the contract, both teams and every path; Pact itself tells more on stdout."""
    provider, consumer = pact.provider, pact.consumer
    lines = [
        f"{pact.name}: {provider} does not give what {consumer} needs.",
        f"  provider: {provider} team, consumer: {consumer} team",
    ]
    for interaction in dict.fromkeys(breach.interaction for breach in breaches):
        lines.append(f"  {interaction}:")
        lines += sorted(f"    {b.path}: {b.wrong}" for b in breaches if b.interaction == interaction)
    lines += [
        f"  If {provider} changed: give it again, or agree with the {consumer} team, whose tests then change first.",
        f"  If {consumer} asks for something new: the {provider} team goes first.",
    ]
    return BrokenContract("\n".join(lines))


def breaches_in(result: Mapping[str, Any]) -> list[Breach]:
    """Return what is wrong in one interaction, by Pact's result of it."""
    name = result["description"]
    mismatch = result.get("mismatch") or {}
    if "mismatches" not in mismatch:
        return [Breach(name, "-", str(mismatch.get("message", mismatch)))] if result["result"] != "OK" else []
    return [breach for each in mismatch["mismatches"] for breach in _breaches(name, each)]


def _breaches(interaction: str, mismatch: Mapping[str, Any]) -> list[Breach]:
    kind, text = mismatch["type"], mismatch.get("mismatch", "")
    path = str(mismatch.get("path", "$"))
    if kind == "BodyMismatch" and (missing := _MISSING.search(text)):
        return [Breach(interaction, f"{path}.{key}", "is missing") for key in missing[1].split(", ")]
    if kind == "BodyMismatch":
        return [Breach(interaction, path, text)]
    if kind == "MetadataMismatch":
        return [Breach(interaction, mismatch["key"], _expected(mismatch))]
    if kind == "HeaderMismatch":
        return [Breach(interaction, f"header {mismatch['key']}", _expected(mismatch))]
    if kind == "StatusMismatch":
        return [Breach(interaction, "status", f"expected {mismatch['expected']}, was {mismatch['actual']}")]
    return [Breach(interaction, "$", text or str(dict(mismatch)))]


def _expected(mismatch: Mapping[str, Any]) -> str:
    expected, actual = (_plain(str(mismatch[each])) for each in ("expected", "actual"))
    return f"expected {expected}, " + (f"was {actual}" if actual else "is missing")


def _plain(text: str) -> str:
    """Return a text without the quotes that Pact puts around some."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, str) else text

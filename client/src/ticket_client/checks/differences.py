"""Where two sets of figures differ."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One figure that came out otherwise; None for one that is not there."""

    figure: str
    expected: Any
    actual: Any


def differences(expected: Any, actual: Any, name: str = "") -> Iterator[Difference]:
    """Every value in which two JSON documents differ, named by its path (`by_status.closed`)."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted({*expected, *actual}):
            yield from differences(expected.get(key), actual.get(key), f"{name}.{key}" if name else key)
    elif isinstance(expected, list) and isinstance(actual, list):
        for index in range(max(len(expected), len(actual))):
            yield from differences(_at(expected, index), _at(actual, index), f"{name}[{index}]")
    elif expected != actual:
        yield Difference(name, expected, actual)


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def read_side_differences(expected: dict[str, Any], figures: dict[str, Any]) -> list[Difference]:
    """The read side's figures against an expected.json file.

    Of the events by type the read side counts four in its daily series, all of them in the versions of the tickets;
    the others, and the rejected commands, are the importer's to tell.
    """
    events = {name: count for name, count in expected["events"].items() if name in figures["events"]}
    wanted = {name: expected.get(name) for name in figures} | {"events": dict.fromkeys(figures["events"], 0) | events}
    return list(differences(wanted, figures))


def import_differences(expected: dict[str, Any], report: dict[str, Any]) -> list[Difference]:
    """The importer's report against an expected.json file."""
    told = {name: value for name, value in report.items() if name != "seconds"}
    return list(differences({name: expected.get(name) for name in told}, told))

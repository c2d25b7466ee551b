"""`tickets verify`: does the read side serve what must come out?"""

import json
from pathlib import Path
from typing import Any

import typer

from ticket_client.checks.differences import Difference, read_side_differences
from ticket_client.checks.figures import read_figures
from ticket_client.cli.digest import catch_up
from ticket_client.cli.options import CATCH_UP, ExpectedFile, Json, Timeout
from ticket_client.cli.output import counted, progress, show_json, show_table
from ticket_client.cli.stack import Exit, Stack, run, stop


def command(stack: Stack, expected: ExpectedFile, timeout: Timeout = CATCH_UP, as_json: Json = False) -> None:
    """Compare all figures of the read side with an expected.json file, once it has caught up."""
    document = read_expected(expected)
    run(catch_up(stack, timeout))
    found = run(read_side(stack, document))
    if as_json:
        show_json([one._asdict() for one in found])
    elif not found:
        typer.echo(f"All figures are equal to those of {expected.name}.")
    if found:
        raise refuse(found, quiet=as_json)


def read_expected(path: Path) -> dict[str, Any]:
    """An expected.json file; wrong usage when it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise stop(Exit.USAGE, f"{path}: {error}") from None
    if not isinstance(document, dict) or "ticket_digest" not in document:
        raise stop(Exit.USAGE, f"{path}: holds no expected figures")
    return document


async def read_side(stack: Stack, expected: dict[str, Any]) -> list[Difference]:
    """Where the read side differs from what is expected."""
    with progress("Reading tickets") as step:
        async with stack.session() as session:
            return read_side_differences(expected, await read_figures(session.queries, step))


def refuse(found: list[Difference], *, quiet: bool = False) -> typer.Exit:
    """The exception that ends the process, the differences shown."""
    if not quiet:
        rows = ((one.figure, _short(one.expected), _short(one.actual)) for one in found)
        show_table("Differences", ("figure", "expected", "came out"), rows, giving_way=3)
    return stop(Exit.NO, f"{counted(len(found), 'figure')} differ{'s' if len(found) == 1 else ''}")


def _short(value: object) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)

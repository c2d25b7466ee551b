"""How results look: tables for people, JSON for programs."""

from collections.abc import Iterable
from datetime import datetime

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table


def show_json(document: object) -> None:
    """Print a document for a program."""
    typer.echo(to_json(document, indent=2).decode())


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table; only its last column is folded on a narrow screen."""
    names = list(columns)
    table = Table()
    for name in names:
        table.add_column(name, no_wrap=name != names[-1], overflow="fold")
    for row in rows:
        table.add_row(*map(text, row))
    Console(markup=False).print(table)


def text(cell: object) -> str:
    """Return a cell as people read it."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(cell, list):
        return ", ".join(map(text, cell)) or "-"
    return "-" if cell is None else str(cell)

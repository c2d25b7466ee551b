"""How results look: tables for people, JSON for programs."""

from collections.abc import Iterable
from datetime import datetime

import typer
from pydantic_core import to_json
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

LAST_COLUMN = 20
"""Characters that the last column has at least, if it needs them."""

BORDERS = 3
"""Characters that a column takes beside its cells."""


def show_json(document: object) -> None:
    """Print a document for a program."""
    typer.echo(to_json(document, indent=2).decode())


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table. On a narrow screen its last column is folded; nothing is ever cut."""
    names = list(columns)
    cells = [[text(cell) for cell in row] for row in rows]
    table = Table()
    for name in names:
        table.add_column(name, no_wrap=name != names[-1], overflow="fold")
    for row in cells:
        table.add_row(*row)
    console = Console(markup=False)
    console.width = max(console.width, _needed([names, *cells], fold=console.is_terminal))
    console.print(table)


def text(cell: object) -> str:
    """Return a cell as people read it; what would steer the terminal is spelled out, for it may be somebody else's."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(cell, list):
        return ", ".join(map(text, cell)) or "-"
    return "-" if cell is None else "".join(c if c.isprintable() else _spelled(c) for c in str(cell))


def _needed(lines: list[list[str]], *, fold: bool) -> int:
    """Return the width below which rich would cut what may not be folded: ids without their ends, numbers as well."""
    *widths, last = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return sum(widths) + (min(last, LAST_COLUMN) if fold else last) + BORDERS * (len(widths) + 1) + 1


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode()

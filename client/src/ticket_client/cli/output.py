"""How results look: tables for people on stdout, progress on stderr."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

INDENT = 6


def show_json(document: object) -> None:
    """Print a document for a program."""
    typer.echo(to_json(document, indent=2).decode())


def screen_width() -> int:
    """Columns of the screen, 80 where there is none."""
    return Console().width


def show_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]], giving_way: int = 1) -> None:
    """Print a table; numbers stand to the right. On a narrow screen the last `giving_way` columns are folded.

    Folded and never cut off: what is in a cell is always there to be read.
    """
    cells = [list(row) for row in rows]
    names = list(columns)
    table = Table()
    for index, name in enumerate(names):
        numbers = bool(cells) and all(isinstance(row[index], int) for row in cells)
        gives_way = index + giving_way >= len(names)
        table.add_column(name, justify="right" if numbers else "left", no_wrap=not gives_way, overflow="fold")
    for row in cells:
        table.add_row(*map(text, row))
    typer.echo(f"\n{title}")
    Console(markup=False).print(table)


def show_indented(words: str) -> None:
    """Print text below what it belongs to, broken into lines where the screen ends."""
    console = Console(markup=False, highlight=False)
    console.print(Padding(Text(words, overflow="fold"), (0, 0, 0, INDENT)))


def counted(number: int, thing: str) -> str:
    """A number of things in words: 1 ticket, 2 tickets."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def show_counts(title: str, counts: Mapping[str, int]) -> None:
    """Print one count a line."""
    show_table(title, ("", "tickets"), counts.items())


def text(cell: object) -> str:
    """A cell as people read it."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    if isinstance(cell, list):
        return ", ".join(map(text, cell))
    return "-" if cell is None else str(cell)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr for as long as the block runs; call what it gives with each step."""
    with _bars(BarColumn(), MofNCompleteColumn()) as bars:
        task = bars.add_task(what, total=total)
        yield lambda steps: bars.advance(task, steps)


@contextmanager
def countdown(what: str) -> Iterator[Callable[[int], None]]:
    """A line on stderr that tells how much is left; call what it gives with the number."""
    with _bars() as bars:
        task = bars.add_task(what, total=None)
        yield lambda left: bars.update(task, description=f"{what}: {left:,} left")


def _bars(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    every = (TextColumn("{task.description}"), *columns, TimeElapsedColumn())
    # Into a file a bar would leave nothing but empty lines.
    return Progress(*every, console=console, transient=True, disable=not console.is_terminal)

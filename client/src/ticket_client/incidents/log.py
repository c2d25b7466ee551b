"""Reading an incident log: a CSV file, gzipped or not, into one history per incident."""

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import Any, TextIO
from uuid import UUID, uuid5

from ticket_client.incidents.rows import COLUMNS, Row, creation, read_row

NAMESPACE = UUID("5f1c2f0e-3a63-5c55-9d0e-6b7a1f0c6d2b")
"""Of the ticket ids made from incident numbers. Never changes: another one would import every log a second time."""


class LogError(Exception):
    """The file is no incident log; the message says in which line and why."""


@dataclass(slots=True)
class History:
    """One incident: how it was opened and the rows that are to be replayed, in file order."""

    number: str
    ticket_id: str
    opened_at: str
    creation: dict[str, Any]
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Log:
    """The incidents in the order of their first row, and how many rows they hold together."""

    histories: list[History]
    rows: int


def read_log(path: Path, until: str | None = None, on_line: Callable[[int], None] = lambda _: None) -> Log:
    """Read `path`, leaving out rows updated after `until` (RFC 3339 in UTC, whole seconds).

    `on_line` hears of every line read. Rows of one number need not stand together. Raises LogError, or OSError when
    the file cannot be opened.
    """
    with _open(path) as lines:
        return collect(_cells(lines, on_line), until)


def collect(numbered: Iterator[tuple[int, Sequence[str]]], until: str | None = None) -> Log:
    """Group (line number, cells in COLUMNS' order) by incident."""
    seen: dict[str, int] = {}
    histories: dict[str, History] = {}
    kept = 0
    for line, cells in numbered:
        number = cells[0]
        seen[number] = position = seen.get(number, 0) + 1
        try:
            row = read_row(position, cells)
            if until is not None and row.at > until:
                continue
            if number not in histories:
                histories[number] = History(number, ticket_id(number), *creation(cells))
        except ValueError as error:
            raise LogError(f"line {line}: {error}") from error
        histories[number].rows.append(row)
        kept += 1
    return Log(list(histories.values()), kept)


def ticket_id(number: str) -> str:
    """The id of the ticket that stands for an incident, the same on every run."""
    return str(uuid5(NAMESPACE, number))


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _cells(lines: TextIO, on_line: Callable[[int], None]) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(lines)
    try:
        header = next(reader, [])
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise LogError(f"not an incident log: no column {', '.join(missing)}")
        indexes = [header.index(column) for column in COLUMNS]
        for cells in reader:
            if len(cells) != len(header):
                raise LogError(f"line {reader.line_num}: {len(cells)} cells, the header has {len(header)}")
            on_line(reader.line_num)
            # The same few thousand words fill the whole log; interned, a row costs its pointers only.
            yield reader.line_num, [intern(cells[index]) for index in indexes]
    except (csv.Error, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise LogError(f"line {reader.line_num + 1}: {error}") from error

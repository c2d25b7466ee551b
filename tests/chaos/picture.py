"""Draws how long each cell took to catch up: a row a cell, a dot a run, on a scale by powers of ten."""

from collections.abc import Mapping, Sequence
from math import log10
from xml.sax.saxutils import escape

Runs = Sequence[tuple[float | None, bool]]
"""By run: the seconds that catching up took (None: never), and whether all was well."""

_ROW, _TOP, _LEFT, _WIDTH, _RIGHT = 15, 24, 190, 420, 20
_FIRST_S, _LAST_S = 0.1, 100.0
_GOOD, _BAD = "#2a7", "#c22"


def picture(cells: Mapping[str, Runs]) -> str:
    """Return an SVG; a cell that never caught up has its dot at the right edge."""
    height = _TOP + _ROW * len(cells) + 8
    width = _LEFT + _WIDTH + _RIGHT
    namespace = 'xmlns="http://www.w3.org/2000/svg"'
    parts = [
        f'<svg {namespace} viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">',
        "<title>Time to catch up after the last fault, by cell</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *(_line(seconds, height) for seconds in (0.1, 1.0, 10.0, 100.0)),
    ]
    for number, (cell, runs) in enumerate(cells.items()):
        parts += _row(cell, runs, _TOP + _ROW * number + _ROW // 2)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(seconds: float, height: int) -> str:
    x = _x(seconds)
    label = f'<text x="{x}" y="14" text-anchor="middle" fill="#666">{seconds:g} s</text>'
    return f'<path d="M{x} {_TOP - 4}V{height}" stroke="#ddd"/>{label}'


def _row(cell: str, runs: Runs, y: int) -> list[str]:
    dots = [
        f'<circle cx="{_x(_LAST_S if seconds is None else seconds)}" cy="{y}" r="3.5" '
        f'fill="{_GOOD if ok else _BAD}" fill-opacity=".7"/>'
        for seconds, ok in runs
    ]
    return [f'<text x="{_LEFT - 8}" y="{y + 3}" text-anchor="end">{escape(cell)}</text>', *dots]


def _x(seconds: float) -> int:
    bounded = min(max(seconds, _FIRST_S), _LAST_S)
    return _LEFT + round(_WIDTH * log10(bounded / _FIRST_S) / log10(_LAST_S / _FIRST_S))

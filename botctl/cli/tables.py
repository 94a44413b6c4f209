"""Aligned columns: the same on a terminal and in a pipe, but for colour and width."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from botctl.cli.terminal import bold, painted, width
from botctl.core.text import printable

GAP: Final = "  "
LAST_COLUMN_MIN: Final = 12


class Cell(NamedTuple):
    text: str
    style: str = ""


Row = Sequence[str | Cell]


def table(
    headers: Sequence[str], rows: Sequence[Row], *, right: frozenset[int] = frozenset()
) -> Iterator[str]:
    """The last column is cut where the terminal ends; numbers go to the `right`."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max([len(head), *(columns(row[i].text) for row in cells)]) for i, head in enumerate(headers)
    ]
    room = width() - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
    widths[-1] = min(widths[-1], max(room, LAST_COLUMN_MIN))
    yield bold(_line([Cell(head) for head in headers], widths, right))
    for row in cells:
        yield _line(row, widths, right)


def pairs(rows: Sequence[tuple[str, str | Cell]]) -> Iterator[str]:
    """Names and values, one a line."""
    left = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        cell = _cell(value)
        yield f"{painted(name.ljust(left), '2')}{GAP}{painted(cell.text, cell.style)}"


def columns(text: str) -> int:
    """How wide a terminal shows it: East Asian letters and emoji take two columns."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(char) for char in text)


def _columns_of(char: str) -> int:
    return 0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")


def _cell(value: str | Cell) -> Cell:
    text, style = (value.text, value.style) if isinstance(value, Cell) else (value, "")
    return Cell(printable(text), style)


def _line(cells: Sequence[Cell], widths: Sequence[int], right: frozenset[int]) -> str:
    parts = []
    for i, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        text = _cut(cell.text, wide)
        pad = " " * (wide - columns(text))
        shown = painted(text, cell.style)
        parts.append(pad + shown if i in right else shown + pad)
    return GAP.join(parts).rstrip()


def _cut(text: str, wide: int) -> str:
    if columns(text) <= wide:
        return text
    while columns(text) >= wide:
        text = text[:-1]
    return f"{text}…"

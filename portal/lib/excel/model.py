"""What reading a table gives, and the limits within which it is read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

MAX_BYTES = 20 * 1024 * 1024
MAX_CELLS = 4_000_000  # laid out in full, about 200 MB
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of any sheet of Excel
SUFFIXES = ".xlsx,.xlsm,.ods,.csv"  # what a file field offers


class Unreadable(Exception):
    """The file cannot be read; the text says in Russian why and what to do."""


@dataclass(frozen=True)
class Broken:
    """A cell whose formula gives an error or was never calculated; ``text`` is what Excel shows there."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | Broken


@dataclass(frozen=True)
class Merge:
    """A merged range, zero-based, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet from its first row and column on; an empty cell is ``""``. A .csv is one sheet named «CSV»."""

    name: str
    hidden: bool
    rows: list[list[Any]] = field(repr=False)
    merges: tuple[Merge, ...] = ()


def column_letter(column: int) -> str:
    """«E» for zero-based column 4."""
    return get_column_letter(column + 1)


def cell_name(row: int, column: int) -> str:
    """«E27» for zero-based row 26 and column 4."""
    return f"{column_letter(column)}{row + 1}"


def as_text(cell: Any) -> str:
    """What the cell shows, on one line: whole numbers without «.0», days as ДД.ММ.ГГГГ."""
    if isinstance(cell, bool):
        return "ИСТИНА" if cell else "ЛОЖЬ"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date):
        return cell.strftime("%d.%m.%Y")
    return " ".join(str(cell).split())


def refuse_beyond(rows: int, columns: int) -> None:
    """Raise `Unreadable` for a sheet that would take too much memory laid out up to its last filled cell."""
    if rows * columns > MAX_CELLS or rows > LAST_ROW:
        corner = cell_name(min(rows, LAST_ROW) - 1, min(columns, LAST_COLUMN) - 1)
        raise Unreadable(
            f"Лист слишком большой: занято до ячейки {corner}. "
            "Удалите лишние строки и столбцы за таблицей и сохраните файл заново."
        )

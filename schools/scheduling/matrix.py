"""A schedule as a matrix: a school, a test or a day in each head, the third of them in the cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.lib.excel import Sheet, as_text, cell_name
from schools.listing import Fault
from schools.scheduling.classes import NoClass, class_name
from schools.scheduling.days import NoDay, is_day, read_day
from schools.scheduling.entries import Entry, Reading, Window
from schools.scheduling.names import Names, Unknown

MOST_HEAD_ROWS = 40
MOST_SIDES = 4  # columns among which the side is looked for


@dataclass(frozen=True)
class _Matrix:
    """Where a matrix stands: the row of its head, the column of its side, what each of them and the cells hold."""

    top: int
    left: int
    across: str
    down: str

    @property
    def inside(self) -> str:
        return ({"school", "test", "day"} - {self.across, self.down}).pop()


_KINDS = ("school", "test", "day")


def _kind(cell: Any, names: Names) -> str:
    text = as_text(cell)
    if not text:
        return ""
    if is_day(cell):
        return "day"
    if names.is_school(text):
        return "school"
    return "test" if names.is_test(text) else ""


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else ""


def _find_matrix(sheet: Sheet, names: Names) -> _Matrix | None:
    """The head with most cells of one kind, and the column under it with most cells of another; one of them schools."""
    best: tuple[int, _Matrix] | None = None
    columns = [[_kind(_at(row, left), names) for row in sheet.rows] for left in range(MOST_SIDES)]
    for top, row in enumerate(sheet.rows[:MOST_HEAD_ROWS]):
        kinds = [_kind(cell, names) for cell in row]
        across = max(_KINDS, key=kinds.count)
        if kinds.count(across) < 1:
            continue
        for left in range(min(MOST_SIDES, len(row))):
            sides = columns[left][top + 1 :]
            down = max(_KINDS, key=sides.count)
            weight = min(kinds.count(across), 50) * 100 + sides.count(down)
            fits = (
                across != down and sides.count(down) and "school" in {across, down} and kinds[left] != across
            )
            if fits and (best is None or weight > best[0]):
                best = weight, _Matrix(top, left, across, down)
    return best[1] if best else None


def read_matrix(sheet: Sheet, names: Names, window: Window, reading: Reading) -> None:
    """Add what the sheet's matrix says to ``reading``; nothing where there is none."""
    if matrix := _find_matrix(sheet, names):
        _Cells(sheet, matrix, names, window, reading).read()


_WORDS = {"school": "школы", "test": "работы", "day": "даты"}
_NOT_KNOWN = {
    "school": ("Такой школы в отделе нет.", "Напишите название как в списке школ или её логин."),
    "test": ("Такой работы в кампании нет.", "Напишите предмет и класс: «4 класс, математика»."),
    "day": ("Это не день.", "Напишите его так: 21.04.2026."),
}


@dataclass
class _Cells:
    """The cells of one matrix on their way into a reading."""

    sheet: Sheet
    matrix: _Matrix
    names: Names
    window: Window
    reading: Reading

    def read(self) -> None:
        """Every row under the head."""
        matrix, head = self.matrix, self.sheet.rows[self.matrix.top]
        kinds = {"по строкам": matrix.down, "по столбцам": matrix.across, "в ячейках": matrix.inside}
        pairs = [(place, _WORDS[kind]) for place, kind in kinds.items()]
        about = {"sheet": self.sheet.name, "head_row": matrix.top + 1, "pairs": pairs, "how": "found"}
        self.reading.tables.append(about)
        columns = [
            column
            for column, cell in enumerate(head)
            if _kind(cell, self.names) == matrix.across and column != matrix.left
        ]
        for number in range(matrix.top + 1, len(self.sheet.rows)):
            self._read_row(number, columns)

    def _read_row(self, number: int, columns: list[int]) -> None:
        row, matrix = self.sheet.rows[number], self.matrix
        side = _at(row, matrix.left)
        filled = [column for column in columns if column < len(row) and as_text(row[column])]
        if not as_text(side) or not filled:
            return
        self.reading.refuse_too_many()
        if _kind(side, self.names) != matrix.down:
            self._fault(number, matrix.left, *_NOT_KNOWN[matrix.down])
            return
        for column in filled:
            head = self.sheet.rows[matrix.top][column]
            self._read_cell(
                number, column, {matrix.across: head, matrix.down: side, matrix.inside: row[column]}
            )

    def _read_cell(self, row: int, column: int, found: Mapping[str, Any]) -> None:
        """The tests of one cell: several stand on lines of their own or between semicolons. All of them or none."""
        place = self.sheet.name, row + 1, cell_name(row, column)
        entries = []
        try:
            school = self.names.school(as_text(found["school"]))
            for test, day in _pieces(found):
                exam, written = self.names.test(test)
                on = read_day(day, self.window.first, self.window.last)
                entries.append(Entry(*place, school, exam, class_name(written, exam.grade), on))
        except Unknown as unknown:
            self._fault(row, column, str(unknown), unknown.remedy)
        except (NoClass, NoDay) as wrong:
            self._fault(row, column, str(wrong), "Исправьте ячейку.")
        else:
            self.reading.entries += entries

    def _fault(self, row: int, column: int, message: str, remedy: str) -> None:
        place = self.sheet.name, cell_name(row, column), as_text(self.sheet.rows[row][column])[:200]
        self.reading.faults.append(Fault(*place, message, remedy, row + 1))


_BETWEEN = re.compile(r"[\n;]+")
_CLASS_OF_DAY = re.compile(r"\s*(\d{1,2}\s*[-«\"']?\s*[а-яёa-z]\s*[»\"']?)\s*[-–—:]?\s+(\d.*)", re.IGNORECASE)


def _pieces(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Pairs of a test and its day. Days in a cell may say the class: «4А – 21.04; 4Б – 22.04»."""
    test, day = found["test"], found["day"]
    for piece in _BETWEEN.split(test) if isinstance(test, str) else [as_text(test)]:
        for one in _BETWEEN.split(day) if isinstance(day, str) else [day]:
            said = _CLASS_OF_DAY.fullmatch(one) if isinstance(one, str) else None
            if said:
                yield f"{said[1]} {_without_class(piece)}", said[2]
            elif as_text(piece) and as_text(one):
                yield piece, one


def _without_class(test: str) -> str:
    """The subject of «4 класс, математика», for a cell that names the class itself."""
    return re.sub(r"\b\d{1,2}\s*(?:класс\w*|кл\.?)?", " ", test).strip(" ,.:;–—-")

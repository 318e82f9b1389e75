"""The official list of schools with signs: «Год, Муниципалитет, Логин, ОО, 4 РУ, 4 МА, …, Количество маркеров»."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.lib import excel
from portal.lib.excel import Broken, Sheet, Unreadable
from schools.listing.rows import Fault
from schools.listing.text import fold, to_latin
from schools.listing.values import DASHES, Bad, as_text
from schools.results import heads, subjects, titles
from schools.results.numbers import whole

_COUNT = re.compile(r"маркер|(кол во|количество|число) признак")
_YES = {"1", "да", "+", "v", "x", "х", "есть", "маркер", "истина"}
_NO = {"", "0", "нет", "ложь", *DASHES}


@dataclass(frozen=True)
class Listed:
    """A school in the list. ``marks``: pairs of a grade and a subject; ``year``: the calendar year of the test."""

    sheet: str
    row: int
    cell: str
    year: int
    login: str
    name: str
    municipality: str
    marks: list[tuple[int, str]]


@dataclass(frozen=True)
class OfficialReading:
    rows: list[Listed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Table:
    """One sheet's table: its columns by meaning, the marker columns, the year its titles tell."""

    sheet: Sheet
    bottom: int
    places: dict[str, int]
    marks: dict[int, tuple[int, str]]
    year: int | None
    faults: list[Fault]

    def at(self, cells: list[Any], kind: str) -> Any:
        place = self.places.get(kind)
        return cells[place] if place is not None and place < len(cells) else ""

    def fault(self, row: int, place: int, message: str, remedy: str) -> None:
        cells = self.sheet.rows[row]
        value = cells[place] if place < len(cells) else ""
        shown = str(value) if isinstance(value, Broken) else as_text(value)[:200]
        self.faults.append(
            Fault(self.sheet.name, excel.cell_name(row, place), shown, message, remedy, row + 1)
        )


def read_official(data: bytes, own_subjects: Mapping[str, str] | None = None) -> OfficialReading:
    """Every school of every visible sheet with such a head; raises `Unreadable` when none has."""
    reading = OfficialReading()
    found = False
    for sheet in excel.read(data):
        table = None if sheet.hidden or not sheet.rows else _table(sheet, own_subjects or {}, reading)
        if table is None:
            continue
        found = True
        for row in range(table.bottom + 1, len(sheet.rows)):
            if listed := _listed(table, row):
                reading.rows.append(listed)
    if not found:
        raise Unreadable(
            "Не узнаю перечень. Нужны столбцы «Логин» и предметы с классом, например «4 РУ», «5 МА»."
        )
    return reading


def _kind(heading: str, own: Mapping[str, str]) -> tuple[str, tuple[int, str] | None]:
    subject, grade, _ = subjects.parse(heading, own)
    if subject and grade:
        return "mark", (grade, subject)
    if _COUNT.search(fold(heading)):
        return "count", None
    return heads.meaning(heading).kind, None


def _table(sheet: Sheet, own: Mapping[str, str], reading: OfficialReading) -> _Table | None:
    def score(headings: dict[int, str]) -> int:
        kinds = [_kind(heading, own)[0] for heading in headings.values() if len(heading) < 120]
        return len(kinds) if "login" in kinds and "mark" in kinds else 0

    head = excel.find_head(sheet, score)
    if head is None:
        return None
    kinds = {place: _kind(heading, own) for place, heading in head.headings.items()}
    year = titles.of_texts([titles.title(sheet.rows[row]) for row in range(head.top)]).year
    places = {kind: place for place, (kind, _) in reversed(kinds.items())}
    marks = {place: mark for place, (_, mark) in kinds.items() if mark}
    table = _Table(sheet, head.bottom, places, marks, year, reading.faults)
    reading.columns.extend(head.headings.values())
    for place, (kind, _) in kinds.items():
        if kind in {"unknown", "numeric", "task"}:
            table.fault(
                head.bottom,
                place,
                f"Столбца «{head.headings[place]}» в перечне нет.",
                "Удалите столбец или назовите его классом и предметом: «4 РУ».",
            )
    return table


def _listed(table: _Table, row: int) -> Listed | None:
    """The school of a row, or None when it is no school or something in it is wrong."""
    cells = table.sheet.rows[row]
    text = as_text(table.at(cells, "login"))
    filled = [cell for cell in cells if cell != ""]
    if len(filled) < 2 or re.match(r"итого|всего", fold(as_text(filled[0]))):
        return None
    before = len(table.faults)
    login = titles.login_of(to_latin(text))
    if not login:
        table.fault(
            row, table.places["login"], "Это не логин школы в ФИС ОКО.", "Впишите логин: sch и шесть цифр."
        )
    told = as_text(table.at(cells, "year"))
    year = titles.year_of(told) if told else table.year
    if year is None:
        table.fault(row, table.places.get("year", 0), "Не видно, за какой год.", "Впишите год: 2026.")
    marks = [mark for place, mark in table.marks.items() if _marked(table, row, place)]
    _check_count(table, row, cells, len(marks))
    if len(table.faults) > before:
        return None
    cell = excel.cell_name(row, table.places["login"])
    name, place = as_text(table.at(cells, "school")), as_text(table.at(cells, "municipality"))
    return Listed(table.sheet.name, row + 1, cell, year or 0, login, name, place, marks)


def _marked(table: _Table, row: int, place: int) -> bool:
    cells = table.sheet.rows[row]
    value = fold_cell(cells[place]) if place < len(cells) else ""
    if value in _YES:
        return True
    if value not in _NO:
        table.fault(
            row, place, "Непонятно, есть ли маркер.", "Впишите 1, если маркер есть, иначе оставьте пустым."
        )
    return False


def fold_cell(cell: Any) -> str:
    return as_text(cell).lower() if not isinstance(cell, Broken) else str(cell)


def _check_count(table: _Table, row: int, cells: list[Any], marked: int) -> None:
    """«Количество маркеров» equals the markers of the row."""
    place = table.places.get("count")
    if place is None:
        return
    try:
        told = whole(table.at(cells, "count"), "количество маркеров")
    except Bad as bad:
        table.fault(row, place, bad.message, bad.remedy)
        return
    if told is not None and told != marked:
        table.fault(
            row, place, f"Маркеров в строке {marked}, а в количестве {told}.", "Сверьте строку с документом."
        )

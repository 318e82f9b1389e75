"""A schedule out of whatever table there is, with every fault by its cell.

Two shapes: a long list («школа, класс, предмет, дата», a row a test), and a matrix with a school, a test or a day in
each head and the third of them in the cells: «школы × даты» holds tests, «школы × предметы» (either way round) days.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.lib import excel
from portal.lib.excel import Shape, Sheet, Unreadable, as_text, cell_name
from schools.listing import Fault
from schools.listing.text import fold
from schools.scheduling.classes import NoClass, class_name
from schools.scheduling.days import NoDay, read_clock, read_day
from schools.scheduling.entries import Entry, Reading, Window
from schools.scheduling.matrix import read_matrix
from schools.scheduling.names import KnownExam, Names, Unknown

FIELDS = {
    "school": "Школа",
    "login": "Логин или код в ФИС ОКО",
    "class": "Класс",
    "subject": "Предмет",
    "level": "Уровень",
    "form": "Форма",
    "day": "Дата",
    "starts_at": "Начало",
    "ends_at": "Конец",
    "uploaded_on": "Загружена в ФИС ОКО",
    "note": "Примечание",
}
_HEADINGS = {
    "school": r"(?:краткое )?(?:наименование|название)(?: (?:оо|оу|школы|организации))?|школа|оо|оу"
    r"|образовательная организация",
    "login": r"логин.*|код (?:оо|оу|школы)?.*|код в фис око|инн(?: .*)?",
    "class": r"класс(?:ы)?|параллель|класс параллель",
    "subject": r"предмет|учебный предмет|работа|наименование предмета|дисциплина",
    "level": r"уровень.*",
    "form": r"форма(?: проведения)?|формат",
    "day": r"дата(?: проведения)?(?: впр)?|день(?: проведения| работы)?|дата работы|когда",
    "starts_at": r"(?:время )?начал[оа](?: .*)?|время(?: проведения)?|с",
    "ends_at": r"(?:время )?(?:конец|окончани[ея])(?: .*)?|по",
    "uploaded_on": r"(?:дата )?загру(?:зки|жен[аоы]?|зил[аи]?)(?: .*)?|(?:дата )?выгрузки.*",
    "note": r"примечани[ея]",
}
_BY_HEADING = {name: re.compile(pattern) for name, pattern in _HEADINGS.items()}


def recognise(headings: dict[int, str]) -> dict[int, str]:
    """Which column is what, by its heading."""
    found = {}
    for column, heading in headings.items():
        text = fold(heading)
        name = next((name for name, pattern in _BY_HEADING.items() if pattern.fullmatch(text)), None)
        if name:
            found[column] = name
    return found


def lacking_days(found: Collection[str]) -> str:
    """What a list of days must have."""
    if not {"school", "login"} & set(found):
        return "Укажите столбец со школой или её логином."
    if "subject" not in found:
        return "Укажите столбец с предметом."
    return "" if "day" in found else "Укажите столбец с датой."


def lacking_uploads(found: Collection[str]) -> str:
    """What a list of uploads must have."""
    if not {"school", "login"} & set(found):
        return "Укажите столбец со школой или её логином."
    return "" if "uploaded_on" in found else "Укажите столбец с датой загрузки."


def recognise_uploads(headings: dict[int, str]) -> dict[int, str]:
    """As `recognise`; in a list of uploads without a heading of its own the only date is that of the upload."""
    found = recognise(headings)
    if "uploaded_on" in found.values():
        return found
    return {column: "uploaded_on" if name == "day" else name for column, name in found.items()}


DAYS = Shape("schedule", FIELDS, recognise, lacking_days)
UPLOADS = Shape("uploads", FIELDS, recognise_uploads, lacking_uploads)


def read(
    sheets: Sequence[Sheet],
    names: Names,
    window: Window,
    *,
    uploads: bool = False,
    mapping: Mapping[str, Any] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> Reading:
    """Every entry of every table found; raises `Unreadable` when there is none."""
    reading, shape = Reading(), UPLOADS if uploads else DAYS
    listed = {
        t.sheet.name: t for t in excel.find_tables(sheets, shape, mapping=mapping, remembered=remembered)
    }
    for sheet in sheets:
        if sheet.name in listed:
            _read_list(listed[sheet.name], names, window, reading, uploads=uploads)
        elif not sheet.hidden and not mapping and not uploads:
            read_matrix(sheet, names, window, reading)
    if not reading.tables:
        raise Unreadable(NO_UPLOADS if uploads else NO_TABLE)
    if not reading.entries and not reading.faults:
        raise Unreadable("В таблице нет ни одного дня.")
    return reading


NO_TABLE = (
    "Не нашлась таблица графика. Годится список со столбцами «Школа», «Класс», «Предмет», «Дата» или таблица, где по "
    "строкам школы, а по столбцам даты или предметы."
)
NO_UPLOADS = "Не нашлась таблица. Нужны столбцы «Логин» или «Школа» и «Дата загрузки»."


# --- a list ------------------------------------------------------------------------------------------------------


def _read_list(table: excel.Table, names: Names, window: Window, reading: Reading, *, uploads: bool) -> None:
    sheet, head = table.sheet, table.head
    pairs = [(head.headings.get(column, ""), FIELDS[name]) for name, column in table.columns.items()]
    reading.tables.append(
        {"sheet": sheet.name, "head_row": head.bottom + 1, "pairs": pairs, "how": table.how}
    )
    for number in range(head.bottom + 1, len(sheet.rows)):
        line = _Line(sheet, number, table.columns, reading)
        if not line.is_blank:
            reading.refuse_too_many()
            line.read(names, window, uploads=uploads)


@dataclass
class _Line:
    """One row of a list."""

    sheet: Sheet
    number: int
    columns: Mapping[str, int]
    reading: Reading

    def raw(self, name: str) -> Any:
        cells, column = self.sheet.rows[self.number], self.columns.get(name, -1)
        return cells[column] if 0 <= column < len(cells) else ""

    def text(self, name: str) -> str:
        return as_text(self.raw(name))

    @property
    def is_blank(self) -> bool:
        """No test: an empty row, a total, a line of prose under the table, an upload that has not come."""
        wanted = ("school", "login", "subject", "day", "uploaded_on")
        return sum(bool(self.text(name)) for name in wanted) < 2 or self.text("school").lower().startswith(
            "итог"
        )

    def fault(self, name: str, message: str, remedy: str) -> None:
        column = self.columns.get(name, min(self.columns.values()))
        cell = cell_name(self.number, column)
        self.reading.faults.append(
            Fault(self.sheet.name, cell, self.text(name)[:200], message, remedy, self.number + 1, name)
        )

    def read(self, names: Names, window: Window, *, uploads: bool) -> None:
        """Add the entry, or each of the faults."""
        before, field_of_day = len(self.reading.faults), "uploaded_on" if uploads else "day"
        if uploads and not self.text(field_of_day):
            return
        school = self._school(names)
        exam = self._exam(names) if self.text("subject") or not uploads else None
        written = self._class(exam) if exam else ""
        day = self._day(field_of_day, window)
        starts_at, ends_at = (None, None) if uploads else (self._clock("starts_at"), self._clock("ends_at"))
        if len(self.reading.faults) > before or school is None or day is None:
            return
        place = self.sheet.name, self.number + 1, cell_name(self.number, self.columns[field_of_day])
        note = "" if uploads else self.text("note")[:300]
        self.reading.entries.append(Entry(*place, school, exam, written, day, starts_at, ends_at, note))

    def _school(self, names: Names) -> int | None:
        name = "login" if self.text("login") else "school"
        try:
            return names.school(self.text("school"), self.text("login"))
        except Unknown as unknown:
            self.fault(name, str(unknown), unknown.remedy)
        return None

    def _exam(self, names: Names) -> KnownExam | None:
        try:
            return names.exam(*(self.text(name) for name in ("subject", "class", "level", "form")))
        except Unknown as unknown:
            self.fault("subject", str(unknown), unknown.remedy)
        return None

    def _class(self, exam: KnownExam) -> str:
        try:
            return class_name(self.text("class"), exam.grade)
        except NoClass as wrong:
            self.fault("class", str(wrong), "Исправьте класс.")
        return ""

    def _day(self, name: str, window: Window) -> datetime.date | None:
        try:
            return read_day(self.raw(name), window.first, window.last)
        except NoDay as wrong:
            self.fault(
                name,
                "Нет даты." if not self.text(name) else f"«{self.text(name)}»: {wrong}",
                "Исправьте дату.",
            )
        return None

    def _clock(self, name: str) -> datetime.time | None:
        try:
            return read_clock(self.raw(name))
        except NoDay as wrong:
            self.fault(name, str(wrong), "Исправьте время или очистите ячейку.")
        return None

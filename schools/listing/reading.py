"""From a workbook to rows of schools: find the tables, tell the rows apart, clean the cells, look for doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.lib import excel
from portal.lib.excel import Broken, Head, Sheet, Unreadable
from schools.listing import columns
from schools.listing.rows import FIELDS, Fault, Listing, Row, Skipped, Table, named
from schools.listing.shape import SHAPE, completed
from schools.listing.text import fold, one_alphabet, tidy
from schools.listing.values import Bad, as_text, clean

MAX_ROWS = 40_000


class Unfound(Unreadable):
    """The file opens, but no table of schools was found in it: a person may still point at one."""


class Reading:
    """A list being read: tables, hidden sheets and what is wrong with the heads are known at once, rows come in turn.

    To be gone through once: a row is let go as soon as the next is asked for, so that 40,000 of them stay small.
    """

    def __init__(
        self,
        data: bytes,
        *,
        mapping: Mapping[str, Any] | None = None,
        remembered: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Raises `Unreadable`, and its kind `Unfound` when no table has a recognisable head."""
        sheets = excel.read(data)
        if not any(sheet.rows for sheet in sheets):
            raise Unreadable("В книге нет заполненных листов. Загрузите книгу со списком.")
        self.found = excel.find_tables(sheets, SHAPE, mapping=mapping, remembered=remembered)
        if not self.found:
            raise Unfound(_no_head(sheets))
        self.columns = [completed(table.columns) for table in self.found]
        self.tables = [_table(*pair) for pair in zip(self.found, self.columns, strict=True)]
        self.faults = [fault for table in self.found for fault in _doubtful_columns(table)]
        self.hidden = [sheet.name for sheet in sheets if sheet.hidden]

    def __iter__(self) -> Iterator[Row | Skipped]:
        """Every row that is not blank, in order; raises `Unreadable` when none is a school or too many are."""
        doubles, count = Doubles(), 0
        for found, table, chosen in zip(self.found, self.tables, self.columns, strict=True):
            for row in _rows(found, chosen):
                if isinstance(row, Row):
                    count += 1
                    if count > MAX_ROWS:
                        raise Unreadable(f"В списке больше {MAX_ROWS} строк. Разделите его на части.")
                    doubles.look(table, row)
                yield row
        if not count and not self.faults:
            raise Unreadable("Под шапкой таблицы нет ни одной школы.")


def read(data: bytes, **said: Any) -> Listing:
    """All of a `Reading` at once."""
    reading = Reading(data, **said)
    found = list(reading)
    rows = [row for row in found if isinstance(row, Row)]
    faults = [*reading.faults, *(fault for row in rows for fault in row.faults)]
    sheets = {table.sheet: number for number, table in enumerate(reading.tables)}
    return Listing(
        reading.tables,
        rows,
        sorted(faults, key=lambda fault: (sheets[fault.sheet], fault.row)),  # stable: cells stay in order
        [row for row in found if isinstance(row, Skipped)],
        reading.hidden,
    )


def _no_head(sheets: list[Sheet]) -> str:
    if not any(sheet.rows for sheet in sheets if not sheet.hidden):
        return "Заполнены только скрытые листы."
    return (
        "Не нашлась шапка таблицы. Нужна строка заголовков, среди которых есть «Наименование» и хотя бы ещё один, "
        "например «Код ОО» или «ИНН»."
    )


# --- one table ---------------------------------------------------------------------------------------------------


def _rows(found: excel.Table, chosen: dict[str, int]) -> Iterator[Row | Skipped]:
    sheet = found.sheet
    for number, cells, reason in _told_apart(sheet, found.head, chosen):
        if not reason:
            yield _read_row(sheet.name, number, cells, chosen)
        elif reason != "пустая":
            text = " · ".join(text for cell in cells if (text := as_text(cell)))
            yield Skipped(sheet.name, number + 1, text[:200], reason)


def _table(found: excel.Table, chosen: dict[str, int]) -> Table:
    taken, headings = set(chosen.values()), found.head.headings
    return Table(
        sheet=found.sheet.name,
        head_row=found.head.bottom + 1,
        columns={field: tidy(headings.get(chosen[field], "")) for field in FIELDS if field in chosen},
        letters={field: excel.column_letter(column) for field, column in chosen.items()},
        unread=[
            tidy(heading)
            for column, heading in sorted(headings.items())
            if column not in taken and not columns.is_number_column(heading)
        ],
        how=found.how,
    )


def _doubtful_columns(found: excel.Table) -> Iterator[Fault]:
    headings, bottom = found.head.headings, found.head.bottom
    for field, (first, second, *_) in found.doubtful.items():
        yield Fault(
            sheet=found.sheet.name,
            cell=excel.cell_name(bottom, second),
            value=tidy(headings[second]),
            message=f"Два столбца похожи на «{FIELDS[field]}»: «{tidy(headings[first])}» и "
            f"«{tidy(headings[second])}».",
            remedy="Укажите, какой из них читать, или удалите лишний столбец.",
            row=bottom + 1,
            field=field,
        )


# --- what kind of row --------------------------------------------------------------------------------------------

_TOTAL = re.compile(r"^(итого|всего|в том числе)\b")
_NOTE = re.compile(
    r"^(исполнитель|исп\b|примечани|составил|ответственн|тел\b|начальник|директор|руководитель|\*)"
)
BLANK = " \t\n\r\f\v\xa0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SCHOOL = re.compile(
    r"\d|\b[а-я]{0,3}оу\b|\b(сош|оош|нош|сш|ош|нш)\b|(школа|лицей|гимназия|интернат|учреждение|корпус|центр)\b"
)


def _told_apart(sheet: Sheet, head: Head, chosen: dict[str, int]) -> Iterator[tuple[int, list[Any], str]]:
    """Every row under the head: its zero-based number, its cells, and why it is no school («» when it is one)."""
    wide = {merge.top for merge in sheet.merges if merge.right - merge.left > 1}
    for number in range(head.bottom + 1, len(sheet.rows)):
        cells = sheet.rows[number]
        filled = [cell for cell in cells if not isinstance(cell, str) or cell.strip(BLANK)]
        yield number, cells, _why_no_school(cells, filled, head, chosen, merged=number in wide)
        sheet.rows[number] = []


def _why_no_school(
    cells: list[Any], filled: list[Any], head: Head, chosen: dict[str, int], *, merged: bool
) -> str:
    if not filled:
        return "пустая"
    first = next((fold(cell) for cell in filled if isinstance(cell, str)), "")
    if _TOTAL.match(first):
        return "итог"
    if len(filled) > 2 and _is_numbering(filled):
        return "номера столбцов"
    if len(filled) > 1 and _repeats_head(cells, head, chosen["name"]):
        return "повтор шапки"
    if _has_identity(cells, chosen) or len(filled) > 3:
        return ""
    name = _at(cells, chosen["name"])
    if len(filled) == 1 and (merged or not _is_school_name(filled[0])):
        return "примечание" if _NOTE.match(first) else "заголовок группы"
    if not (isinstance(name, str) and _is_school_name(name)) and (not name or _NOTE.match(fold(str(name)))):
        return "примечание"
    return "примечание" if _NOTE.match(first) else ""


def _is_numbering(filled: list[Any]) -> bool:
    """The row «1 2 3 4 …» that printed forms have under the head."""
    try:
        return [int(as_text(cell)) for cell in filled] == list(range(1, len(filled) + 1))
    except ValueError:
        return False


def _repeats_head(cells: list[Any], head: Head, name: int) -> bool:
    if columns.field_of(str(_at(cells, name))[:120]) is None:
        return False
    same = [fold(str(_at(cells, column))) == fold(text) for column, text in head.headings.items()]
    return sum(same) * 2 > len(same)


def _has_identity(cells: list[Any], chosen: dict[str, int]) -> bool:
    """A filled code, ИНН or ОГРН makes a row a school's, however little else it has."""
    return any(
        _at(cells, chosen[field]) != "" for field in ("code", "login", "inn", "ogrn") if field in chosen
    )


def _is_school_name(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_SCHOOL.search(fold(one_alphabet(cell))))


def _at(cells: list[Any], column: int) -> Any:
    return cells[column] if column < len(cells) else ""


# --- one row -----------------------------------------------------------------------------------------------------

REQUIRED = {
    "name": ("Нет названия школы.", "Впишите название."),
    "code": ("Нет кода школы в ФИС ОКО.", "Впишите код: sch и шесть цифр, например sch123456."),
}


def _read_row(sheet: str, number: int, cells: list[Any], chosen: dict[str, int]) -> Row:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    seen: dict[tuple[int, str], None] = {}
    for field, column in chosen.items():
        cell = _at(cells, column)
        try:
            value = clean(field, cell)
            if value is None and field in REQUIRED:
                raise Bad(*REQUIRED[field])
        except Bad as bad:
            if (column, bad.message) not in seen:  # one cell serves two fields: one fault
                faults.append(_fault(sheet, (number, column), field, cell, bad))
            seen[column, bad.message] = None
            continue
        if value is not None:
            values[field] = value
    if len(faults) > 1:
        faults.sort(key=lambda fault: (len(fault.cell), fault.cell))
    return Row(sheet, number + 1, values, faults)


def _fault(sheet: str, place: tuple[int, int], field: str, cell: Any, bad: Bad) -> Fault:
    number, column = place
    return Fault(
        sheet=sheet,
        cell=excel.cell_name(number, column),
        value=str(cell) if isinstance(cell, Broken) else as_text(cell)[:200],
        message=bad.message,
        remedy=bad.remedy,
        row=number + 1,
        field=field,
    )


# --- doubles inside the file -------------------------------------------------------------------------------------

DOUBLED = ("code", "inn", "ogrn", "login")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a school was met first, and by what it is told from others."""

    sheet: str
    row: int
    code: str | None
    inn: str | None


class Doubles:
    """Finds the later of two rows that claim to be one school: one fault a row, at the cell that says so."""

    def __init__(self) -> None:
        self.first: dict[tuple[str, Any], Place] = {}

    def look(self, table: Table, row: Row) -> None:
        values = row.values
        keys = {field: values[field] for field in DOUBLED if field in values}
        name = fold(values.get("name", ""))
        if "code" not in keys and "inn" not in keys and "name" in values:
            keys["name"] = name
        met = {field: self.first[field, key] for field, key in keys.items() if (field, key) in self.first}
        if met:
            row.faults.append(_double(table, row, met, keys))
        place = Place(row.sheet, row.row, values.get("code"), values.get("inn"))
        for field, key in (*keys.items(), ("name", name)):
            self.first.setdefault((field, key), place)


def _double(table: Table, row: Row, met: dict[str, Place], keys: dict[str, Any]) -> Fault:
    field, other = next(iter(met.items()))
    same = [named(f) for f in met if met[f] is other]
    where = f"в строке {other.row}" + (f" листа «{other.sheet}»" if other.sheet != row.sheet else "")
    whole = all(keys.get(f) == getattr(other, f) for f in ("code", "inn") if f in keys)
    return Fault(
        sheet=row.sheet,
        cell=f"{table.letters[field]}{row.row}",
        value=str(row.values[field]),
        message=(
            f"Эта школа уже есть {where}: {'совпадают' if len(same) > 1 else 'совпадает'} {', '.join(same)}."
            if whole
            else f"{FIELDS[field]} {row.values[field]} уже занят другой школой {where}."
        ),
        remedy="Оставьте одну из строк или пропустите эту."
        if whole
        else f"Проверьте {named(field)} в обеих строках.",
        row=row.row,
        field=field,
    )

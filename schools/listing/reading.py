"""From a workbook to rows of schools: find the tables, tell the rows apart, clean the cells, look for doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from portal.lib import excel
from portal.lib.excel import Broken, Head, Sheet, Unreadable
from schools.listing import columns
from schools.listing.rows import FIELDS, Fault, Listing, Row, Skipped, Table, named
from schools.listing.shape import SHAPE, completed
from schools.listing.text import fold, one_alphabet, tidy
from schools.listing.values import Bad, as_text, clean

MAX_ROWS = 40_000
MAX_FAULTS_PER_ROW = len(FIELDS) + 1


def read(
    data: bytes,
    *,
    mapping: Mapping[str, Any] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> Listing:
    """Every school of every table found (see `excel.find_tables`); raises `Unreadable` when there is none."""
    sheets = excel.read(data)
    listing = Listing()
    for table in excel.find_tables(sheets, SHAPE, mapping=mapping, remembered=remembered):
        _read_table(table, listing)
    if not listing.tables:
        raise Unreadable(_no_head(sheets))
    if not listing.rows and not listing.faults:
        raise Unreadable("Под шапкой таблицы нет ни одной школы.")
    faults = sorted([*listing.faults, *_doubles(listing)], key=lambda fault: _order(listing, fault))
    faulty = {(fault.sheet, fault.row) for fault in faults}
    rows = [
        Row(row.sheet, row.row, row.values, faulty=(row.sheet, row.row) in faulty) for row in listing.rows
    ]
    hidden = [sheet.name for sheet in sheets if sheet.hidden]
    return Listing(listing.tables, rows, faults, listing.skipped, hidden)


def _no_head(sheets: list[Sheet]) -> str:
    if not any(sheet.rows for sheet in sheets if not sheet.hidden):
        return "В книге нет заполненных листов."
    return (
        "Не нашлась шапка таблицы. Нужна строка заголовков, среди которых есть «Наименование» и хотя бы ещё один, "
        "например «Код ОО» или «ИНН»."
    )


def _order(listing: Listing, fault: Fault) -> tuple[int, int, int]:
    sheets = [table.sheet for table in listing.tables]
    letters = re.sub(r"\d", "", fault.cell)
    return sheets.index(fault.sheet), fault.row, int.from_bytes(letters.encode().rjust(3, b"\0"), "big")


# --- one table ---------------------------------------------------------------------------------------------------


def _read_table(found: excel.Table, listing: Listing) -> None:
    sheet, head, chosen = found.sheet, found.head, completed(found.columns)
    listing.tables.append(_table(found, chosen))
    listing.faults.extend(_doubtful_columns(found))
    for number, cells, reason in _told_apart(sheet, head, chosen):
        if reason == "пустая":
            continue
        if reason:
            text = " · ".join(text for cell in cells if (text := as_text(cell)))
            listing.skipped.append(Skipped(sheet.name, number + 1, text[:200], reason))
            continue
        if len(listing.rows) >= MAX_ROWS:
            raise Unreadable(f"В списке больше {MAX_ROWS} строк. Разделите его на части.")
        row, faults = _read_row(sheet.name, number, cells, chosen)
        listing.rows.append(row)
        listing.faults.extend(faults)


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
BLANK = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff\u00ad]*")
_SCHOOL = re.compile(
    r"\d|\b[а-я]{0,3}оу\b|\b(сош|оош|нош|сш|ош|нш)\b|(школа|лицей|гимназия|интернат|учреждение|корпус|центр)\b"
)


def _told_apart(sheet: Sheet, head: Head, chosen: dict[str, int]) -> Iterator[tuple[int, list[Any], str]]:
    """Every row under the head: its zero-based number, its cells, and why it is no school («» when it is one)."""
    wide = {merge.top for merge in sheet.merges if merge.right - merge.left > 1}
    for number in range(head.bottom + 1, len(sheet.rows)):
        cells = sheet.rows[number]
        filled = [
            cell for cell in cells if cell != "" and (not isinstance(cell, str) or not BLANK.fullmatch(cell))
        ]
        yield number, cells, _why_no_school(cells, filled, head, chosen, merged=number in wide)


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


def _read_row(sheet: str, number: int, cells: list[Any], chosen: dict[str, int]) -> tuple[Row, list[Fault]]:
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
    return Row(sheet, number + 1, values), faults


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


def _doubles(listing: Listing) -> Iterator[Fault]:
    """The later of two rows that claim to be one school: once a row, at the cell that says so."""
    tables = {table.sheet: table for table in listing.tables}
    first: dict[tuple[str, Any], Row] = {}
    for row in listing.rows:
        keys = {field: row.values[field] for field in DOUBLED if field in row.values}
        if not keys.keys() & {"code", "inn"} and "name" in row.values:
            keys["name"] = fold(row.values["name"])
        met = {field: first[field, key] for field, key in keys.items() if (field, key) in first}
        if met:
            yield _double(tables[row.sheet], row, met, keys)
        named = {**keys, "name": fold(row.values.get("name", ""))}
        for field, key in named.items():
            first.setdefault((field, key), row)


def _double(table: Table, row: Row, met: dict[str, Row], keys: dict[str, Any]) -> Fault:
    field, other = next(iter(met.items()))
    same = [named(f) for f in met if met[f] is other]
    where = f"в строке {other.row}" + (f" листа «{other.sheet}»" if other.sheet != row.sheet else "")
    whole = all(keys.get(f) == other.values.get(f) for f in ("code", "inn") if f in keys)
    return Fault(
        sheet=row.sheet,
        cell=f"{table.letters[field]}{row.row}",
        value=str(row.values[field]),
        message=(
            f"Эта школа уже есть {where}: {'совпадают' if len(same) > 1 else 'совпадает'} {', '.join(same)}."
            if whole
            else f"{FIELDS[field]} {row.values[field]} уже занят другой школой {where}."
        ),
        remedy="Оставьте одну из строк." if whole else f"Проверьте {named(field)} в обеих строках.",
        row=row.row,
        field=field,
    )

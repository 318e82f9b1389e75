"""Excel (.xlsx) → one table a sheet, with values as the sheet shows them."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from portal.lib.files import BROKEN_ARCHIVE
from roadmaps.reading.errors import Unreadable
from roadmaps.reading.grid import Cell, GridBuilder, Raw, Source, Table
from roadmaps.reading.text import tidy

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MONTHS = (
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь",
    "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
)  # fmt: skip
_MONTHS_OF = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MAX_MERGED_CELLS = 200_000
_MAX_SHEET_XML = 30_000_000
_MAX_COLUMNS = 60
_MAX_BLANK_ROWS = 200
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)"
)
_DAMAGED = "Файл Excel повреждён: его содержимое не читается."
_SAVE_AGAIN = "Откройте файл в Excel, сохраните его заново как .xlsx и загрузите ещё раз."


def read_excel(data: bytes) -> Source:
    """A table for every visible sheet that holds something. Raises Unreadable for a broken workbook."""
    has_formulas = _inspect(data)
    book = _open(data, data_only=True)
    formulas = _open(data, data_only=False) if has_formulas else None
    source = Source()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            _remark(source, sheet, "Лист скрыт и потому не прочитан.", "Если он нужен, покажите его в Excel.")
            continue
        table = _table(sheet, source, formulas[sheet.title] if formulas else None)
        if any(row.own() for row in table.rows):
            source.blocks.append(table)
    return source


def _inspect(data: bytes) -> bool:
    """Refuse sheets that would unfold to more cells than memory holds; tell whether there are formulas."""
    formulas = False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not info.filename.endswith((".xml", ".rels")):
                    continue
                if info.file_size > _MAX_SHEET_XML:
                    raise Unreadable(
                        "Таблица Excel слишком велика.", "Оставьте в файле только дорожную карту."
                    )
                content = archive.read(info)
                if b"<!DOCTYPE" in content[:4096]:
                    raise Unreadable(_DAMAGED, _SAVE_AGAIN)
                formulas |= b"<f>" in content or b"<f " in content
                _refuse_wide_merges(content)
    except Unreadable:
        raise
    except BROKEN_ARCHIVE as error:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN) from error
    return formulas


def _refuse_wide_merges(content: bytes) -> None:
    from openpyxl.utils import column_index_from_string as column

    total = 0
    for left, top, right, bottom in _MERGE.findall(content):
        width = column(right.decode()) - column(left.decode()) + 1
        total += abs(width) * (abs(int(bottom) - int(top)) + 1)
        if total > _MAX_MERGED_CELLS:
            raise Unreadable(
                "На листе Excel объединены целые столбцы или строки.",
                "Снимите это объединение и сохраните файл.",
            )


def _open(data: bytes, *, data_only: bool) -> "Workbook":
    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
    except (InvalidFileException, MemoryError, RecursionError) as error:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN) from error
    except Exception as error:  # openpyxl lets errors of every kind out of broken XML
        raise Unreadable(_DAMAGED, _SAVE_AGAIN) from error


def _remark(source: Source, sheet: "Worksheet", message: str, remedy: str) -> None:
    source.remarks.append((f"лист «{sheet.title}»", message, remedy))


def _table(sheet: "Worksheet", source: Source, formulas: "Worksheet | None") -> Table:
    name = f"лист «{sheet.title}»"
    table, builder = Table([], name, sheet=True), GridBuilder()
    spans, covered = _merges(sheet)
    hidden: list[int] = []
    for index, cells in enumerate(_rows(sheet, source), start=1):
        laid: list[tuple[Cell, int]] = []
        for column, cell in enumerate(cells, start=1):
            if (index, column) not in covered:
                down, across = spans.get((index, column), (1, 1))
                laid.append((_cell(cell, across), down))
        row = builder.row(laid, f"{name}, строка {index}")
        table.rows.append(row)
        if row.own() and sheet.row_dimensions[index].hidden:
            hidden.append(index)
        if formulas is not None:
            _remark_on_formulas(
                cells, next(formulas.iter_rows(index, index, max_col=len(cells))), source, name
            )
    if hidden:
        rows = ", ".join(map(str, hidden))
        _remark(
            source, sheet, f"Скрытые строки прочитаны вместе с видимыми: {rows}.", "Лишние удалите из файла."
        )
    return table


def _rows(sheet: "Worksheet", source: Source) -> Iterator[tuple["SheetCell | MergedCell", ...]]:
    """Rows up to the last filled one; a sheet that claims a million rows ends after a long blank stretch."""
    filled = sorted((row, column) for (row, column), cell in sheet._cells.items() if cell.value is not None)
    last = 0
    for row, _ in filled:
        if row > last + _MAX_BLANK_ROWS:
            remedy = "Удалите пустые строки внутри таблицы."
            _remark(
                source, sheet, f"Лист прочитан до строки {last}: дальше слишком много пустых строк.", remedy
            )
            break
        last = row
    width = max((column for row, column in filled if row <= last), default=1)
    if width > _MAX_COLUMNS:
        remedy = "Оставьте на листе только дорожную карту."
        _remark(source, sheet, f"Столбцы правее {_MAX_COLUMNS}-го не прочитаны.", remedy)
    if last:
        yield from sheet.iter_rows(max_row=last, max_col=min(width, _MAX_COLUMNS))


def _merges(sheet: "Worksheet") -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Rows and columns each merged cell covers, and the covered places."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    lower: set[tuple[int, int]] = set()
    for area in sheet.merged_cells.ranges:
        right = min(area.max_col, _MAX_COLUMNS)
        spans[area.min_row, area.min_col] = (area.max_row - area.min_row + 1, right - area.min_col + 1)
        places = {
            (row, col)
            for row in range(area.min_row, area.max_row + 1)
            for col in range(area.min_col, right + 1)
        }
        lower |= places - {(area.min_row, area.min_col)}
    return spans, lower


def _cell(cell: "SheetCell | MergedCell", span: int) -> Cell:
    value = cell.value
    raw: Raw = value if isinstance(value, int | float | date | time) and not isinstance(value, bool) else None
    bold = bool(cell.font and cell.font.b)
    return Cell(tidy(shown(value, cell.number_format or "")), bold=bold, span=span, raw=raw)


def _remark_on_formulas(
    cells: Sequence["SheetCell | MergedCell"],
    formulas: Sequence["SheetCell | MergedCell"],
    source: Source,
    name: str,
) -> None:
    for cell, formula in zip(cells, formulas, strict=True):
        where = f"{name}, ячейка {cell.coordinate}"
        if cell.value is None and formula.data_type == "f":
            message = "Формула ещё не посчитана, значения в файле нет."
            source.remarks.append((where, message, "Откройте файл в Excel, сохраните его и загрузите снова."))
        elif cell.data_type == "e":
            source.remarks.append((where, f"В ячейке ошибка Excel {cell.value}.", "Исправьте формулу."))


def shown(value: object, number_format: str) -> str:
    """A value as the sheet shows it: «Март 2022» for a date with a month-and-year format, «5» for 5.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ИСТИНА" if value else "ЛОЖЬ"
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",") if "%" not in number_format else f"{value * 100:.10g}%"
    if isinstance(value, datetime | date):
        return _shown_date(value, number_format)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def _shown_date(value: date, number_format: str) -> str:
    letters = re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', " ", number_format.split(";", maxsplit=1)[0]).lower()
    has_day, has_year = bool(re.search(r"d|д", letters)), bool(re.search(r"y|г", letters))
    named = re.search(r"m{3,}|м{3,}", letters)
    year = f" {value.year}" if has_year else ""
    if re.search(r"m|м", letters) and not has_day:
        return f"{_MONTHS[value.month - 1]}{year}"
    if has_day and (named or not has_year):
        return f"{value.day} {_MONTHS_OF[value.month - 1]}{year}"
    if has_year and not has_day:
        return str(value.year)
    return value.strftime("%d.%m.%Y")

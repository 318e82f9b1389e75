"""Neat sheets out, and text that Excel cannot take for a formula."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from portal.lib.excel.model import as_text


@dataclass(frozen=True)
class Column:
    heading: str
    width: int = 20


Rows = Iterable[Sequence[Any]]


def write(sheet_name: str, columns: Sequence[Column], rows: Rows) -> bytes:
    """A neat sheet: bold frozen head, filter, wrapped text, dates as dates, and no text that could run as a formula.

    Text beginning with = + - @ stays the very same text («+7 …» comes back as it went): the cell is typed as text
    and marked as Excel itself marks what was typed after an apostrophe.
    """
    return write_book([(sheet_name, columns, rows)])


def write_book(sheets: Iterable[tuple[str, Sequence[Column], Rows]]) -> bytes:
    """Several such sheets in one book, in their order."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, columns, rows in sheets:
        title = re.sub(r"[\[\]:*?/\\]", " ", name)[:31]
        _fill(book.create_sheet(title or f"Лист{len(book.worksheets) + 1}"), columns, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Any, columns: Sequence[Column], rows: Rows) -> None:
    sheet.append([column.heading for column in columns])
    for number, column in enumerate(columns, 1):
        head = sheet.cell(1, number)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="E8EDF3")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for number, values in enumerate(rows, 2):
        for place, value in enumerate(values, 1):
            _dress(sheet.cell(number, place, _safe(value)))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_TOP = Alignment(wrap_text=True, vertical="top")


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return _FORBIDDEN.sub("", value)[:32_767]
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.replace(tzinfo=None)  # Excel knows no zones: local time as the caller gave it
    return value


def _dress(cell: Any) -> None:
    cell.alignment = _TOP
    if isinstance(cell.value, str) and cell.value[:1] in {"=", "+", "-", "@"}:
        cell.data_type = "s"
        cell.quotePrefix = True
    elif isinstance(cell.value, datetime.date):
        cell.number_format = "DD.MM.YYYY"


FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same for programs that want plain text: «;» between columns, UTF-8 with a mark, as Russian Excel opens it.

    Text that Excel would run as a formula gets an apostrophe before it; `read` takes it off again.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in columns])
    for values in rows:
        writer.writerow([_plain(value) for value in values])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return as_text(value)
    text = _FORBIDDEN.sub("", value)
    return f"'{text}" if text.startswith(FORMULA) else text

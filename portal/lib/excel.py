"""Excel in and out: a workbook opened safely, cells with their addresses, heads found, neat sheets written.

Pure: no Django. Reading is by python-calamine (5,000 rows in 0.2 s); before it sees the file, the declared sizes and
the extent of every sheet are checked, because a reader lays a sheet out in full: one lonely cell XFD1048576 would
otherwise take all the memory there is.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import python_calamine
from defusedxml import DefusedXmlException, ElementTree
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string

from portal.lib import files
from portal.lib.files import Kind

MAX_BYTES = 20 * 1024 * 1024
MAX_CELLS = 4_000_000  # laid out in full, about 200 MB

NAMESPACE = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "s": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
}
REL_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


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
    """One sheet from its first row and column on; an empty cell is ``""``."""

    name: str
    hidden: bool
    rows: list[list[Any]] = field(repr=False)
    merges: tuple[Merge, ...] = ()


def cell_name(row: int, column: int) -> str:
    """«E27» for zero-based row 26 and column 4."""
    return f"{get_column_letter(column + 1)}{row + 1}"


# --- reading -----------------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Sheet]:
    """Every sheet of an .xlsx or .xlsm workbook; raises `Unreadable` for whatever is not one or is unsafe."""
    check(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            scans = {name: _scan(archive, part) for name, part in _sheet_parts(archive)}
        book = python_calamine.load_workbook(io.BytesIO(data))
        return [
            _sheet(book, about, scans.get(about.name, {}))
            for about in book.sheets_metadata
            if about.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
    except Unreadable:
        raise
    except BaseException as error:
        if isinstance(error, _DAMAGE) or type(error).__name__ == "PanicException":
            raise Unreadable("Файл повреждён. Откройте его в Excel, сохраните заново и загрузите.") from error
        raise


# What the parsers of a damaged file raise; the reader in Rust may panic besides, which is no Exception.
_DAMAGE: tuple[type[BaseException], ...] = (
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    ElementTree.ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def check(data: bytes) -> None:
    """Refuse by size, content, container and declared sizes, before anything is unpacked."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"Файл больше {MAX_BYTES // 1024 // 1024} МБ. Оставьте в нём только нужный лист.")
    kind = files.sniff(data)
    if kind not in {Kind.XLSX, Kind.MACRO}:
        raise Unreadable(_REFUSALS.get(kind, f"Это {kind.label}, а не книга Excel. {SAVE_AS}"))
    try:
        files.check_archive(data)
    except files.RefusedFile as refused:
        raise Unreadable(refused.message) from refused


SAVE_AS = "Откройте список в Excel и сохраните как «Книга Excel (*.xlsx)»."
_REFUSALS = {
    Kind.EMPTY: "Файл пустой. Выберите файл Excel со списком.",
    Kind.ENCRYPTED: "Файл закрыт паролем. Снимите пароль («Файл» → «Сведения» → «Защита книги») и загрузите снова.",
    Kind.XLS: f"Это таблица Excel старого вида (.xls). {SAVE_AS}",
    Kind.ZIP: "Это архив или повреждённый файл, а не книга Excel. Загрузите сам файл .xlsx.",
    Kind.UNKNOWN: f"Это не книга Excel. {SAVE_AS}",
}


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Pairs of a sheet's name and its part's path."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts = set(archive.namelist())
    for kind in ("m", "s"):
        for sheet in book.iterfind(f".//{kind}:sheet", NAMESPACE):
            target = targets.get(next((sheet.get(key) for key in REL_IDS if sheet.get(key)), None), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in parts:
                yield sheet.get("name", ""), part


_FILLED = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_KIND_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")


def _scan(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], Broken]:
    """Measure a sheet before it is laid out; the errors and uncalculated formulas, which the reader hides.

    The archive's own check sum is verified by the reading, so a declared size that lies is found here too.
    """
    broken = {}
    bottom = right = 0
    columns: dict[bytes, int] = {}
    for match in _FILLED.finditer(archive.read(part)):
        attributes, inside = match.groups()
        address = _ADDRESS.search(attributes)
        if address is None:
            continue
        letters, digits = address.groups()
        column = columns.get(letters) or columns.setdefault(
            letters, column_index_from_string(letters.decode())
        )
        row = int(digits)
        bottom, right = max(bottom, row), max(right, column)
        value = _VALUE.search(inside)
        if _KIND_ERROR.search(attributes):
            broken[row - 1, column - 1] = Broken(value[1].decode("utf-8", "replace") if value else "#ОШИБКА")
        elif value is None and _FORMULA.search(inside):
            broken[row - 1, column - 1] = Broken("формула без значения")
    if bottom * right > MAX_CELLS:
        raise Unreadable(
            f"Лист слишком большой: занято до ячейки {cell_name(bottom - 1, right - 1)}. "
            "Удалите лишние строки и столбцы за таблицей и сохраните файл заново."
        )
    return broken


def _sheet(book: Any, about: Any, broken: dict[tuple[int, int], Broken]) -> Sheet:
    source = book.get_sheet_by_name(about.name)
    rows = source.to_python(skip_empty_area=False)
    for (row, column), cell in broken.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = cell
    merges = tuple(Merge(*first, *last) for first, last in source.merged_cell_ranges or [])
    return Sheet(
        name=about.name,
        hidden=about.visible != python_calamine.SheetVisibleEnum.Visible,
        rows=rows,
        merges=merges,
    )


# --- heads -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """Where the table begins: the head's rows (zero-based, ``bottom`` included) and the text of each column."""

    top: int
    bottom: int
    headings: dict[int, str]


def find_head(sheet: Sheet, score: Callable[[dict[int, str]], int], *, within: int = 40) -> Head | None:
    """The row among the first ``within`` whose headings ``score`` highest (the first of equals); 0 is no head.

    A head of several rows (merged cells) is read as one: «Наименование» over «полное» is «Наименование полное».
    """
    best, best_score = None, 0
    for top in range(min(within, len(sheet.rows))):
        head = _head_at(sheet, top)
        points = score(head.headings)
        if points > best_score:
            best, best_score = head, points
    return best


def _head_at(sheet: Sheet, top: int) -> Head:
    starting = [merge for merge in sheet.merges if merge.top == top]
    bottom = max((merge.bottom for merge in starting), default=top)
    if (
        bottom == top
        and any(merge.right > merge.left for merge in starting)
        and _has_subheadings(sheet, starting)
    ):
        bottom = top + 1
    bottom = min(bottom, top + 3, len(sheet.rows) - 1)
    headings: dict[int, list[str]] = {}
    for row in range(top, bottom + 1):
        spread = {
            column: merge.left
            for merge in sheet.merges
            if merge.top == row and merge.right > merge.left
            for column in range(merge.left, min(merge.right, 500) + 1)
        }
        width = max([len(sheet.rows[row]), *(column + 1 for column in spread)], default=0)
        for column in range(width):
            text = str(_at(sheet.rows[row], spread.get(column, column))).strip()
            if text and text not in headings.setdefault(column, []):
                headings[column].append(text)
    return Head(top, bottom, {column: " ".join(parts) for column, parts in headings.items() if parts})


def _has_subheadings(sheet: Sheet, merges: Sequence[Merge]) -> bool:
    """A merged heading of a true head stands beside other headings; a title's merge stands alone."""
    top = merges[0].top
    if top + 1 >= len(sheet.rows) or sum(1 for cell in sheet.rows[top] if cell != "") < 2:
        return False
    below = sheet.rows[top + 1]
    beside = [
        column
        for column, cell in enumerate(below)
        if cell != "" and not any(merge.left <= column <= merge.right for merge in merges)
    ]
    return not beside and any(cell != "" for cell in below)


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else ""


# --- writing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    heading: str
    width: int = 20


def write(sheet_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """A neat sheet: bold frozen head, filter, wrapped text, dates as dates, and no text that could run as a formula.

    Text beginning with = + - @ stays the very same text («+7 …» comes back as it went): the cell is typed as text
    and marked as Excel itself marks what was typed after an apostrophe.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", sheet_name)[:31] or "Лист1"
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
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


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

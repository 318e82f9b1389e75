"""Tables of LibreOffice (.ods): one pass over the XML without building its tree.

Repeats are laid out only as far as something is filled: «1,048,576 empty rows» is how every .ods ends.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any
from xml.sax.handler import ContentHandler

from defusedxml import sax

from portal.lib.excel.model import Broken, Merge, Sheet, refuse_beyond


def read_opendocument(data: bytes) -> list[Sheet]:
    """Every sheet of an .ods, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    reader = _Content()
    sax.parseString(content, reader)
    return reader.sheets


class _Content(ContentHandler):
    """Names are compared without their prefix; attributes too."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.table: _Table | None = None
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []
        self.aside = 0  # inside a remark, whose text is not the cell's

    def startElement(self, name: str, attrs: Any) -> None:
        tag = _bare(name)
        about = {_bare(key): value for key, value in attrs.items()}
        if tag == "annotation":
            self.aside += 1
        elif tag == "style":
            self.style = about.get("name", "")
        elif tag == "table-properties" and about.get("display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == "table" and self.table is None:
            self.table = _Table(about.get("name", ""), about.get("style-name", "") in self.hidden_styles)
        elif tag == "table-row" and self.table:
            self.table.begin_row(_count(about, "number-rows-repeated"))
        elif tag in {"table-cell", "covered-table-cell"} and self.table and self.cell is None:
            self.cell, self.text = about, []
        elif self.cell is not None and not self.aside:
            self._in_cell(tag, about)

    def _in_cell(self, tag: str, about: dict[str, str]) -> None:
        if (tag == "p" and self.text) or tag == "line-break":
            self.text.append("\n")
        elif tag == "s":
            self.text.append(" " * min(_count(about, "c"), 1000))
        elif tag == "tab":
            self.text.append("\t")

    def characters(self, content: str) -> None:
        if self.cell is not None and not self.aside:
            self.text.append(content)

    def endElement(self, name: str) -> None:
        tag = _bare(name)
        if tag == "annotation":
            self.aside -= 1
        elif tag in {"table-cell", "covered-table-cell"} and self.table and self.cell is not None:
            self.table.add_cell(self.cell, _value(self.cell, "".join(self.text)))
            self.cell = None
        elif tag == "table-row" and self.table:
            self.table.end_row()
        elif tag == "table" and self.table and self.cell is None:
            self.sheets.append(self.table.sheet())
            self.table = None


class _Table:
    """A sheet as it grows; empty ends of rows and of the sheet wait until something filled follows."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name, self.hidden = name, hidden
        self.rows: list[list[Any]] = []
        self.merges: list[Merge] = []
        self.row: list[Any] = []
        self.width = self.blank_cells = self.blank_rows = self.repeat = 0

    def begin_row(self, repeat: int) -> None:
        self.row, self.blank_cells, self.repeat = [], 0, repeat

    def add_cell(self, about: dict[str, str], value: Any) -> None:
        repeat = _count(about, "number-columns-repeated")
        place = len(self.row) + self.blank_cells
        wide, high = _count(about, "number-columns-spanned"), _count(about, "number-rows-spanned")
        if wide > 1 or high > 1:
            top = len(self.rows) + self.blank_rows
            self.merges.append(Merge(top, place, top + high - 1, place + wide - 1))
        if value == "":
            self.blank_cells += repeat
            return
        refuse_beyond(len(self.rows) + 1, place + repeat)
        self.row += [""] * self.blank_cells + [value] * repeat
        self.blank_cells = 0

    def end_row(self) -> None:
        if not self.row:
            self.blank_rows += self.repeat
            return
        self.width = max(self.width, len(self.row))
        refuse_beyond(len(self.rows) + self.blank_rows + self.repeat, self.width)
        self.rows += [[] for _ in range(self.blank_rows)]
        self.rows += [list(self.row) for _ in range(self.repeat)]
        self.blank_rows = 0

    def sheet(self) -> Sheet:
        return Sheet(self.name, self.hidden, self.rows, tuple(self.merges))


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _count(about: dict[str, str], key: str) -> int:
    return max(1, int(about.get(key, "1") or 1))


def _value(about: dict[str, str], text: str) -> Any:
    kind = about.get("value-type", "")
    if kind == "error" or (text.startswith("#") and "formula" in about):
        return Broken(text or "#ОШИБКА")
    if "formula" in about and not kind:
        return Broken("формула без значения")
    if kind in {"float", "percentage", "currency"}:
        return float(about["value"])
    if kind == "boolean":
        return about["boolean-value"] == "true"
    if kind == "date":
        day = datetime.datetime.fromisoformat(about["date-value"].rstrip("Z"))
        return day if "T" in about["date-value"] else day.date()
    return text

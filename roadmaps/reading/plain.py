"""Pasted text with tabs, and .csv → lines and tables."""

import re
from collections import Counter
from collections.abc import Sequence

from roadmaps.reading.grid import Cell, GridBuilder, Line, Source, Table
from roadmaps.reading.text import tidy

_DELIMITERS = "\t;,|"
# Marks that recognition programs leave in plain text.
_MARKS = (
    (re.compile(r"\*\*([^\s*](?:[^*]*[^\s*])?)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"), r"\1"),
    (re.compile(r"</p>[ ]*<p>|<br ?/?>", re.IGNORECASE), "\v"),
    (re.compile(r"\[bookmark:[^\]\n]*\]"), ""),
    (re.compile(r"</?(?:b|i|u|p|strong|em)>", re.IGNORECASE), ""),
)


def read_plain(text: str) -> Source:
    """Rows of cells parted by tabs (or ; , | when there is no tab); a cell in quotes may hold line ends."""
    for mark, meant in _MARKS:
        text = mark.sub(meant, text)
    rows = _rows_of_stacked_cells(text) or _rows(text.replace("\0", ""))
    source, table, builder = Source(), Table([], "вставленный текст"), GridBuilder()
    for index, values in enumerate(rows, start=1):
        cells = [Cell(tidy(each)) for each in values]
        if len(cells) < 2 and not table.rows:
            source.blocks.append(Line(cells[0].text if cells else ""))
        elif cells:
            table.rows.append(builder.row([(cell, 1) for cell in cells], f"строка {index}"))
    if table.rows:
        source.blocks.append(table)
    return source


def _rows(text: str) -> Sequence[Sequence[str]]:
    """Like csv.reader, but a quotation mark that is part of a text («"Заря" проводит …») stays what it is."""
    delimiter = _delimiter(text)
    inside = r'[^"\t]' if delimiter == "\t" else r'[^"]'
    cell = re.compile(
        rf'(?:"((?:{inside}|"")*)"(?=[{delimiter}\n]|\Z)|([^{delimiter}\n]*))([{delimiter}\n]|\Z)'
    )
    rows: list[list[str]] = [[]]
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    for found in cell.finditer(f"{text}\n"):  # without a line's end the last row would get a cell more
        rows[-1].append(found[2] if found[1] is None else found[1].replace('""', '"'))
        if found[3] == "\n":
            rows.append([])
    return [[] if row == [""] else row for row in rows]


def _delimiter(text: str) -> str:
    """The sign that parts most lines; a tab before all others."""
    lines = text.splitlines()
    counts = Counter({sign: sum(line.count(sign) >= 2 for line in lines) for sign in _DELIMITERS})
    return (
        "\t" if counts["\t"] or not any(counts.values()) else max(_DELIMITERS, key=lambda sign: counts[sign])
    )


def _rows_of_stacked_cells(text: str) -> Sequence[Sequence[str]]:
    """Tables that a converter wrote cell under cell: each cell on a line after a tab, a blank line between rows."""
    lines = text.splitlines()
    tabbed = [line for line in lines if "\t" in line]
    if len(tabbed) < 6 or any(line.rstrip().rfind("\t") > 0 for line in tabbed):
        return []
    rows: list[list[str]] = []
    opened = False
    for line in lines:
        if not line.strip():
            opened = False
        elif line.startswith("\t"):
            rows += [] if opened else [[]]
            rows[-1].append(line.strip())
            opened = True
        elif opened:
            rows[-1][-1] += f"\n{line.strip()}"
        else:
            rows.append([line])
    return rows

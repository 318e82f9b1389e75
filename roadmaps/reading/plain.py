"""Pasted text with tabs, and .csv → lines and tables."""

import csv
import io
from collections import Counter

from roadmaps.reading.grid import Cell, GridBuilder, Line, Source, Table
from roadmaps.reading.text import tidy

_DELIMITERS = "\t;,|"


def read_plain(text: str) -> Source:
    """Rows of cells parted by tabs (or ; , | when there is no tab); a cell in quotes may hold line ends."""
    delimiter = _delimiter(text)
    rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter))
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


def _delimiter(text: str) -> str:
    """The sign that parts most lines; a tab before all others."""
    lines = text.splitlines()
    counts = Counter({sign: sum(line.count(sign) >= 2 for line in lines) for sign in _DELIMITERS})
    return (
        "\t" if counts["\t"] or not any(counts.values()) else max(_DELIMITERS, key=lambda sign: counts[sign])
    )

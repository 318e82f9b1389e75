"""Tables in and out: .xlsx, .xlsm, .ods and .csv opened safely, heads and columns found, neat sheets written.

Pure: no Django. An importer needs three steps::

    sheets = excel.read(data)                                   # or Unreadable, with a Russian sentence
    tables = excel.find_tables(sheets, SHAPE, mapping=…, remembered=…)
    for number, cells in enumerate(table.sheet.rows[table.head.bottom + 1 :], table.head.bottom + 1): …

``SHAPE`` (`Shape`) says which fields the kind of list has and which heading names which of them; ``mapping`` is what
a person corrected for this file, ``remembered`` what the department corrected before (`jobs.domain.columns`).
"""

from portal.lib.excel.heads import Head, find_head, head_at
from portal.lib.excel.model import (
    MAX_BYTES,
    MAX_CELLS,
    SUFFIXES,
    Broken,
    Cell,
    Merge,
    Sheet,
    Unreadable,
    as_text,
    cell_name,
    column_letter,
)
from portal.lib.excel.reading import check, read
from portal.lib.excel.tables import Shape, Table, find_tables, headings_key, named_headings, recognised
from portal.lib.excel.writing import Column, write, write_book, write_csv

__all__ = [
    "MAX_BYTES",
    "MAX_CELLS",
    "SUFFIXES",
    "Broken",
    "Cell",
    "Column",
    "Head",
    "Merge",
    "Shape",
    "Sheet",
    "Table",
    "Unreadable",
    "as_text",
    "cell_name",
    "check",
    "column_letter",
    "find_head",
    "find_tables",
    "head_at",
    "headings_key",
    "named_headings",
    "read",
    "recognised",
    "write",
    "write_book",
    "write_csv",
]

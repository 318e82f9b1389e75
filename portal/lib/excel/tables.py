"""Which sheets hold a table and which column is what: found by headings, corrected by a person, remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils.cell import column_index_from_string

from portal.lib.excel.heads import Head, find_head, head_at
from portal.lib.excel.model import Sheet
from portal.lib.names import folded

WITHIN = 40  # rows among which a head is looked for
LONGEST_HEADING = 120  # longer text in a row is prose, not a heading


@dataclass(frozen=True)
class Shape:
    """What a kind of list may hold; each importer has one.

    ``kind``: the name under which a department's corrections are remembered («schools»).
    ``fields``: key → what a person calls it, in the order in which they are offered.
    ``recognise``: headings by column → fields by column, for those it knows. Two columns with the same field are a
    doubt that only a person can settle: leave one out where a rule decides.
    ``lacking``: which of the fields found are not enough: a Russian sentence, or "" when the table can be read.
    """

    kind: str
    fields: Mapping[str, str]
    recognise: Callable[[dict[int, str]], dict[int, str]]
    lacking: Callable[[Collection[str]], str]


@dataclass(frozen=True)
class Table:
    """A table of a sheet: its head, field → column, and field → columns where several claim to be it.

    ``how``: "found" by the portal, "remembered" from an earlier file, "chosen" for this one.
    """

    sheet: Sheet
    head: Head
    columns: dict[str, int]
    doubtful: dict[str, list[int]] = field(default_factory=dict)
    how: str = "found"


def find_tables(
    sheets: Sequence[Sheet],
    shape: Shape,
    *,
    mapping: Mapping[str, Any] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Table]:
    """The tables to read, in the order of the sheets.

    With a ``mapping`` (see `jobs.forms.ColumnsForm`) exactly what it says:
    ``{"Лист1": {"head": 5, "columns": {"C": "name", "E": "inn"}}}``, head row and letters as Excel shows them; sheets
    it does not name are not read. Without: every visible sheet with a head, by ``remembered``
    (``{headings_key: {heading: field}}``; no columns: such a table is not wanted) or by the shape's own rules.
    """
    if mapping:
        return [_chosen(sheet, mapping[sheet.name]) for sheet in sheets if sheet.name in mapping]
    visible = (sheet for sheet in sheets if not sheet.hidden and sheet.rows)
    found = (recognised(sheet, shape, remembered or {}) for sheet in visible)
    return [table for table in found if table is not None and table.columns]


def recognised(
    sheet: Sheet, shape: Shape, remembered: Mapping[str, Mapping[str, str]] = {}, *, head: Head | None = None
) -> Table | None:
    """The table of one sheet as the portal would read it, under this ``head`` or the best one; None without a head."""
    for candidate in [head] if head else _heads(sheet) if remembered else []:
        known = remembered.get(headings_key(candidate.headings))
        if known is not None:
            names = named_headings(candidate.headings)
            columns = {known[name]: column for column, name in names.items() if known.get(name)}
            return Table(sheet, candidate, columns, how="remembered")
    head = head or find_head(sheet, lambda headings: _score(shape, headings), within=WITHIN)
    if head is None:
        return None
    claims = _claims(shape.recognise(head.headings))
    columns = {name: fitting[0] for name, fitting in claims.items()}
    return Table(
        sheet, head, columns, {name: fitting for name, fitting in claims.items() if len(fitting) > 1}
    )


def _heads(sheet: Sheet) -> list[Head]:
    return [head_at(sheet, top) for top in range(min(WITHIN, len(sheet.rows)))]


def _score(shape: Shape, headings: dict[int, str]) -> int:
    """How many fields a row of headings names; 0 unless they are enough and have company."""
    short = {column: text for column, text in headings.items() if len(text) < LONGEST_HEADING}
    found = set(shape.recognise(short).values())
    return 0 if len(found) < 2 or shape.lacking(found) else len(found)


def _claims(fields: dict[int, str]) -> dict[str, list[int]]:
    claims: dict[str, list[int]] = {}
    for column in sorted(fields):
        claims.setdefault(fields[column], []).append(column)
    return claims


def _chosen(sheet: Sheet, said: Mapping[str, Any]) -> Table:
    columns = {name: column_index_from_string(letter) - 1 for letter, name in said["columns"].items() if name}
    return Table(sheet, head_at(sheet, said["head"] - 1), columns, how="chosen")


def named_headings(headings: Mapping[int, str]) -> dict[int, str]:
    """Each column's heading as it is remembered: folded, a repeated one with its number («тел #2»)."""
    seen: dict[str, int] = {}
    names = {}
    for column in sorted(headings):
        name = " ".join(folded(headings[column]).split())
        seen[name] = seen.get(name, 0) + 1
        names[column] = f"{name} #{seen[name]}" if seen[name] > 1 else name
    return names


def headings_key(headings: Mapping[int, str]) -> str:
    """One key for one set of headings, in whatever order they stand."""
    names = sorted(named_headings(headings).values())
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:40]

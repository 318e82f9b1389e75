"""Rows from the clipboard become rows of a plan: by their own head when they bring one, else by their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.lib.refusals import Refused
from roadmaps import reading
from roadmaps.models import Roadmap

NUMBER = re.compile(r"(?:\d+[.)]?)+|[IVXLC]+\.?|№?")
MOST = 300


def rows(roadmap: Roadmap, *, html: str, text: str) -> list[dict[str, str]]:
    """The pasted rows, each a dict of the plan's column keys to texts. Raises `Refused` in Russian."""
    try:
        found = _headed(roadmap, html, text) or _by_place(roadmap, reading.cells(html, text))
    except reading.Unreadable as refusal:
        raise Refused(str(refusal)) from refusal
    found = [row for row in found if any(row.values())]
    if not found:
        raise Refused(
            "Во вставленном нет строк таблицы. Выделите в Word или Excel сами строки, скопируйте и вставьте ещё раз."
        )
    if len(found) > MOST:
        raise Refused(
            f"Вставлено строк: {len(found)}, за один раз можно {MOST}. Всю карту удобнее загрузить файлом."
        )
    return found


def _headed(roadmap: Roadmap, html: str, text: str) -> list[dict[str, str]]:
    """The rows below a head that names the columns; what this plan has no column for is refused, not dropped."""
    try:
        read = (reading.read_html(html) if html.strip() else reading.read_tsv(text)).roadmap
    except reading.Unreadable:
        return []
    keys = {column["key"] for column in roadmap.columns}
    foreign = [column.heading for column in read.columns if column.key not in keys | {"number"}]
    if foreign:
        raise Refused(f"В карте нет столбца «{foreign[0]}». Скопируйте строки без него.")
    return [
        {
            key: cell
            for key, cell in {
                "number": item.number or "",
                "text": item.text,
                "deadline": item.deadline,
                "responsible": item.responsible,
                "expected_result": item.expected_result or "",
                **item.extra,
            }.items()
            if key in keys
        }
        for item in read.items()
    ]


def _by_place(roadmap: Roadmap, cells: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Cells go into the plan's columns from the left; a column of numbers may be there, or not, on either side."""
    widest = max(map(len, cells), default=0)
    whole = [row for row in cells if len(row) > 1 or widest == 1]  # a lone wide cell is a section's heading
    keys = [column["key"] for column in roadmap.columns]
    numbered = widest > 1 and all(NUMBER.fullmatch(row[0].strip()) for row in whole)
    if numbered and "number" not in keys:
        whole, widest = [row[1:] for row in whole], widest - 1
    elif not numbered:
        keys = [key for key in keys if key != "number"]
    if widest > len(keys):
        headings = ", ".join(f"«{column['heading']}»" for column in roadmap.columns)
        raise Refused(
            f"Во вставленном столбцов: {widest}, а в карте: {headings}. Скопируйте только эти столбцы."
        )
    return [dict(zip(keys, row, strict=False)) for row in whole]
